// SPDX-License-Identifier: MIT
// HTTP in the application: routes, middleware, answers given at once, later, or never, bodies that
// are written piece by piece; and blocking work and tokens, which such routes need most.
#include <cstdint>
#include <stdexcept>
#include <string_view>

#include "handlers/application.h"

namespace socketcluster::fuzz {
namespace {

constexpr std::array<const char*, 5> kMethods = {"GET", "POST", "*", "DELETE", "no token"};
constexpr std::array<const char*, 6> kPatterns = {"/a/:id", "/a/*", "/:x/b/:y", "/", "*", "/:x/:x"};
constexpr std::array<const char*, 5> kNames = {"X-A", "Set-Cookie", "content-type",
                                               "Content-Length", "no token"};
constexpr std::array<const char*, 4> kValues = {"v", "text/plain", "", "a\r\nb: c"};
constexpr std::array kStatuses = {200, 404, 204, 304, 599, 100};
constexpr std::array<std::size_t, 5> kSizes = {0, 1, 100, 70'000, 300'000};

}  // namespace

// ---- Callbacks ----

HttpHandler Application::http_handler(const Scene& scene) {
  if (in_.one_in(3)) return slow_http_handler(capture(scene));
  return [this, capture = capture(scene)](const HttpRequest& request, const HttpReply& reply) {
    if (in_.one_in(2)) look(request);
    called(capture, {.reply = &reply});
    if (!in_.one_in(4)) answer(reply);
  };
}

// A coroutine: waits for time or work, and answers behind that.
HttpHandler Application::slow_http_handler(Capture captured) {
  return
      [this, captured = std::move(captured)](const HttpRequest& request, HttpReply reply) -> Task {
        called(captured, {.reply = &reply});
        if (in_.one_in(2)) {
          const auto result = co_await socketcluster::run_blocking(core_.api(), [job = add_job()] {
            job->gate.wait();
            return 1;
          });
          SC_ASSERT(result.has_value() && *result == 1);
        } else {
          co_await socketcluster::sleep(core_.api(), std::chrono::milliseconds(1));
        }
        look(request);
        called(captured, {.reply = &reply});
        if (!in_.one_in(4)) answer(reply);
      };
}

HttpMiddleware Application::http_middleware(const Scene& scene) {
  return [this, capture = capture(scene)](const HttpRequest& request, const HttpReply& reply,
                                          const HttpNext& next) {
    const std::size_t how = in_.below(8);
    if (how == 1 || how == 2) bag_.http_nexts.push_back(next);
    if (how == 2) bag_.replies.push_back(reply);
    called(capture, {.reply = &reply});
    if (how == 3) look(request);
    if (how == 4) return answer(reply);
    if (how == 5) return;  // both dropped
    if (how == 6) return next(error());
    if (how != 1) next();
    if (how == 7) next();  // ignored
  };
}

// ---- Requests and answers ----

void Application::look(const HttpRequest& request) {
  SC_ASSERT(!request.method().empty() && !request.target().empty());
  SC_ASSERT(request.param("none").empty() && request.remote_address().empty());
  const std::string all = request.path() + request.param("id") + request.param("*") +
                          request.query_param("q").value_or("") +
                          request.form_param("q").value_or("") + request.cookie("c").value_or("") +
                          request.body();
  SC_ASSERT(all.size() < 100'000);
  if (const auto json = request.json()) SC_ASSERT(!request.body().empty());
  SC_ASSERT(request.headers().empty() || request.header(request.headers()[0].first));
  if (in_.one_in(3)) bag_.requests.push_back(request);
}

// Throws for what must not be sent, as in any handler.
void Application::set_head(const HttpReply& reply) {
  switch (in_.below(5)) {
    case 0:
      reply.status(in_.pick(kStatuses));
      return;
    case 1:
      reply.header(in_.pick(kNames), in_.pick(kValues));
      return;
    case 2:
      reply.add_header(in_.pick(kNames), in_.pick(kValues));
      return;
    case 3:
      reply.cookie("c", in_.pick(kValues));
      return;
    default:
      return;
  }
}

void Application::answer(const HttpReply& reply) {
  set_head(reply);
  switch (in_.below(8)) {
    case 0:
      return reply.text(in_.pick(kStatuses), "text");
    case 1:
      return reply.json(data());
    case 2:
      return reply.empty();
    case 3:
      return reply.redirect(in_.pick(kValues));
    case 4:
      return reply.bytes(std::string(in_.pick(kSizes), 'b'));
    case 5:
      bag_.replies.push_back(reply);
      return;
    default:
      return open_stream(reply);
  }
}

void Application::open_stream(const HttpReply& reply) {
  const bool has_length = in_.one_in(3);
  const HttpStream stream =
      has_length ? reply.stream(std::uint64_t{in_.pick(kSizes)}) : reply.stream();
  if (in_.one_in(2)) stream.write(std::string(in_.pick(kSizes), 's'));
  if (in_.one_in(3)) return stream.end();
  if (!in_.one_in(4)) bag_.streams.push_back(stream);
}

void Application::open_http() {
  for (const char* pattern : {"/a/:id", "/a/*", "/x/b/y"}) {
    core_.api().http().route("*", pattern, http_handler({}));
  }
  if (in_.one_in(2)) core_.api().http().use(http_middleware({}));
}

void Application::add_route(Scene& scene) {
  HttpHandler handler = http_handler(scene);
  core_.api().http().route(in_.pick(kMethods), in_.pick(kPatterns), std::move(handler));
}
void Application::use_http_middleware(Scene& scene) {
  core_.api().http().use(http_middleware(scene));
}
void Application::use_reply(Scene& scene) {
  const bool is_kept = scene.reply == nullptr || in_.one_in(3);
  const std::optional<HttpReply> reply = is_kept ? kept(bag_.replies) : *scene.reply;
  if (!reply) return;
  const bool was_open = reply->is_open();
  answer(*reply);
  if (!was_open) SC_ASSERT(!reply->is_open());
}
void Application::keep_reply(Scene& scene) {
  if (scene.reply != nullptr) bag_.replies.push_back(*scene.reply);
}
void Application::drop_reply(Scene& /*scene*/) {
  drop(bag_.replies);
}
void Application::use_http_next(Scene& /*scene*/) {
  const auto next = kept(bag_.http_nexts);
  if (!next) return;
  if (in_.one_in(3)) drop(bag_.http_nexts);
  if (in_.one_in(4)) return (*next)(error());
  (*next)();
}

// ---- Bodies ----

void Application::write_to_stream(Scene& /*scene*/) {
  const auto stream = kept(bag_.streams);
  if (!stream) return;
  const bool was_open = stream->is_open();
  const bool has_room = stream->write(std::string(in_.pick(kSizes), 'w'));
  SC_ASSERT(was_open || !has_room);
}
void Application::end_stream(Scene& /*scene*/) {
  const auto stream = kept(bag_.streams);
  if (!stream) return;
  in_.one_in(2) ? stream->end("last") : stream->end();
  SC_ASSERT(!stream->is_open());
}
void Application::watch_stream(Scene& scene) {
  const auto stream = kept(bag_.streams);
  if (!stream) return;
  Capture captured = capture(scene);
  if (in_.one_in(2)) {
    return stream->on_drain([this, captured = std::move(captured)] { called(captured, {}); });
  }
  stream->on_close(
      [this, captured = std::move(captured), is_called = std::make_shared<bool>(false)] {
        SC_ASSERT(!std::exchange(*is_called, true));
        called(captured, {});
      });
}
void Application::drop_stream(Scene& /*scene*/) {
  drop(bag_.streams);
}

// ---- Slow work and tokens ----

// What it returns is for the work to hold: the job is gone with it, whether it was done or dropped.
std::shared_ptr<Job> Application::add_job() {
  auto job = std::make_shared<Job>();
  if (are_jobs_free_) {
    job->gate.count_down();
  } else {
    jobs_.push_back(job);
  }
  return {job.get(), [job](Job*) { job->is_gone = true; }};
}

std::shared_ptr<Job> Application::next_job() {
  if (jobs_.empty()) return nullptr;
  const auto job = jobs_.front();
  jobs_.erase(jobs_.begin());
  return job;
}

void Application::let_all_jobs_go() {
  are_jobs_free_ = true;
  while (const auto job = next_job()) job->gate.count_down();
}

void Application::run_blocking(Scene& scene) {
  const bool throws = in_.one_in(4);
  core_.api().run_blocking(
      [job = add_job(), throws, captured = capture(scene)] {
        job->gate.wait();
        if (throws) throw std::runtime_error("thrown by work");
        return std::string("result");
      },
      [this, throws, captured = capture(scene)](const BlockingResult<std::string>& result) {
        SC_ASSERT(result.has_value() != throws);
        called(captured, {});
      });
}

void Application::sign_token(Scene& scene) {
  AuthTokenOptions options;
  if (in_.one_in(5)) options.audience = 1;  // cannot be signed
  core_.api().sign_auth_token(
      {{"name", "dan"}}, options,
      [this, captured = capture(scene), is_called = std::make_shared<bool>(false)](
          const std::optional<Error>& error, const std::string& token) {
        SC_ASSERT(!std::exchange(*is_called, true));
        SC_ASSERT(error.has_value() == token.empty());
        called(captured, {});
      });
}

}  // namespace socketcluster::fuzz
