// SPDX-License-Identifier: MIT
#include "server/worker_core.h"

#include <exception>
#include <stdexcept>
#include <utility>

#include "auth/jwt_engine.h"
#include "http/response.h"
#include "net/connection.h"
#include "net/proxy_preface.h"
#include "protocol/close_code.h"
#include "server/auth_adapter.h"
#include "websocket/frame.h"

namespace socketcluster::server {
namespace {

http::HttpOptions http_options(const Options& options) {
  http::HttpOptions http;
  http.limits.header_bytes = options.http_max_header_size;
  http.limits.header_count = options.http_max_header_count;
  http.limits.body_bytes = options.http_max_body_size;
  http.request_timeout_ms = static_cast<std::uint64_t>(options.http_header_timeout.count());
  http.keep_alive_timeout_ms = static_cast<std::uint64_t>(options.http_keep_alive_timeout.count());
  http.strict_transport_security = options.strict_transport_security;
  return http;
}

// What is not encrypted must not have it (RFC 6797 section 7.2).
http::HttpOptions redirect_options(const Options& options) {
  http::HttpOptions http = http_options(options);
  http.strict_transport_security.clear();
  return http;
}

net::ListenOptions place(const Options& options) {
  return {.host = options.host,
          .port = options.port,
          .backlog = static_cast<int>(options.tcp_syn_backlog),
          .socket_mode = net::socket_mode_from(options.unix_socket_mode)};
}

net::ListenOptions redirect_place(const Options& options) {
  net::ListenOptions where = place(options);
  where.port = options.http_redirect_port;
  where.port_option = "httpRedirectPort";
  return where;
}

http::StaticFilesOptions file_options(const Options& options) {
  return {.index = options.http_index,
          .not_found_page = options.http_not_found_page,
          .cache_control = options.http_cache_control,
          .immutable_prefixes = options.http_immutable,
          .compresses = options.http_compression};
}

std::unique_ptr<auth::AuthEngine> jwt_engine(const Options& options, auth::TokenKeys keys) {
  auth::JwtEngineOptions engine_options;
  engine_options.default_expiry = options.auth_default_expiry;
  return std::make_unique<auth::JwtEngine>(std::move(keys), std::move(engine_options));
}

}  // namespace

WorkerCore::WorkerCore(const Options& options, base::Log& log, auth::TokenKeys keys)
    : log_(log),
      sockets_(loop_, options, log, random_, jwt_engine(options, std::move(keys))),
      routes_(sockets_, router_),
      http_(routes_, http_options(options)),
      loop_(options.max_bytes_per_tick),
      tasks_(loop_, [this](const std::string& text) { sockets_.log().user_code_threw(text); }),
      status_(sockets_),
      http_api_(*this),
      api_(*this) {
  route();
}

// What user code has left waiting may refer to anything, so it goes while everything is there.
WorkerCore::~WorkerCore() {
  loop_.drop_connections();  // the application hears of it while all that it may use is there
  is_ending_ = true;
  sockets_.exchange().drop_engine();
  pool_.reset();
  tasks_.stop();
}

void WorkerCore::route() {
  router_.add(std::string(http::kHealthCheckPath),
              [](const http::Request& request, http::Exchange exchange) {
                http::answer_health_check(request, std::move(exchange));
              });
  // What the original's stand-alone server answers on its WebSocket path.
  router_.add(options().path, [](const http::Request&, http::Exchange exchange) {
    exchange.respond(http::Response::text(501));
  });
}

void WorkerCore::use_tls(std::shared_ptr<const tls::Context> context) {
  if (handshakes_ != nullptr) return handshakes_->set_context(std::move(context));
  const tls::Handshakes::Limits limits{.timeout = options().tls_handshake_timeout,
                                       .at_once = options().max_tls_handshakes};
  handshakes_ = std::make_unique<tls::Handshakes>(
      loop_, log_, std::move(context), limits,
      [this](net::Connection& connection) { http_.serve(connection); });
}

// Behind what a proxy has said.
void WorkerCore::serve_client(net::Connection& connection) {
  if (handshakes_ == nullptr) return http_.serve(connection);
  handshakes_->begin(connection);
}

void WorkerCore::redirect_client(net::Connection& connection) {
  const bool has_room = redirect_->has_room();
  redirect_->serve(connection);
  if (has_room) return;
  connection.abort();
  warn_of_refusal("too many at once on httpRedirectPort");
}

void WorkerCore::close_idle() {
  http_.begin_shutdown();
  if (redirect_ != nullptr) redirect_->begin_shutdown();
  if (handshakes_ != nullptr) handshakes_->close_idle();
}

base::Status WorkerCore::listen(std::size_t connection_limit) {
  const net::ListenOptions where = place(options());
  auto listener =
      net::Listener::open(loop_, where, log_, accept_handler(&WorkerCore::serve_client));
  if (!listener) return listener.error();
  socket_file_ = net::socket_file(where.host);
  listener_ = std::move(*listener);
  listener_->set_connection_limit(connection_limit);
  return open_redirect(connection_limit);
}

base::Status WorkerCore::listen_on(int fd, std::size_t connection_limit) {
  auto listener = net::Listener::take(loop_, fd, log_, accept_handler(&WorkerCore::serve_client));
  if (!listener) return listener.error();
  listener_ = std::move(*listener);
  listener_->set_connection_limit(connection_limit);
  return base::Status::ok();
}

base::Status WorkerCore::open_redirect(std::size_t connection_limit) {
  if (options().http_redirect_port == 0) return base::Status::ok();
  const base::Result<int> fd = net::open_listening_socket(redirect_place(options()));
  if (!fd) return fd.error();
  return redirect_on(*fd, port(), connection_limit);
}

base::Status WorkerCore::redirect_on(int fd, std::uint16_t https_port,
                                     std::size_t connection_limit) {
  const std::uint16_t told = options().http_redirect_target_port;
  redirect_ =
      std::make_unique<RedirectPort>(redirect_options(options()), told != 0 ? told : https_port);
  redirect_->set_observer(access_log_.get());
  auto listener =
      net::Listener::take(loop_, fd, log_, accept_handler(&WorkerCore::redirect_client));
  if (!listener) return listener.error();
  redirect_listener_ = std::move(*listener);
  redirect_listener_->set_connection_limit(connection_limit);
  return base::Status::ok();
}

void WorkerCore::take_connection(int fd) {
  net::Connection& connection = loop_.adopt_watched(fd);
  serve(connection, &WorkerCore::serve_client);
  if (connection_limit_ == 0 || loop_.connection_count() <= connection_limit_) return;
  connection.abort();
  warn_of_refusal("maxConnections is reached");
}

void WorkerCore::warn_of_refusal(std::string_view why) {
  const std::uint64_t now = loop_.now_ms();
  if (last_refusal_ms_ != 0 && now - last_refusal_ms_ < 1000) return;
  last_refusal_ms_ = now;
  log_.warning("connection refused: " + std::string(why));
}

net::Listener::AcceptHandler WorkerCore::accept_handler(ServeClient then) {
  return [this, then](net::Connection& connection) { serve(connection, then); };
}

// A connection's bytes from the first one on.
void WorkerCore::serve(net::Connection& connection, ServeClient then) {
  const bool has_preface =
      options().proxy_protocol && sockets_.forwarding().trusts(connection.remote_address());
  if (!has_preface) return (this->*then)(connection);
  net::ProxyPreface::begin(
      connection, [this, then](net::Connection& client) { (this->*then)(client); },
      [this](std::string_view why) { warn_of_refusal(why); });
}

base::Status WorkerCore::open_access_log() {
  if (options().access_log.empty()) return base::Status::ok();
  auto log = AccessLog::open(loop_, log_, options(), sockets_.forwarding());
  if (!log) return log.error();
  access_log_ = std::move(*log);
  http_.set_observer(access_log_.get());
  if (redirect_ != nullptr) redirect_->set_observer(access_log_.get());
  add_reread_hook([this] { access_log_->reopen(); });
  return base::Status::ok();
}

void WorkerCore::run() {
  loop_.run();
  if (exit_handler_) tasks_.run(std::exchange(exit_handler_, {}));
}

// ---- Messages ----

void WorkerCore::take_master_message(const Json& data, const MessageRespond& respond) {
  const auto handler = master_message_handler_;  // it may replace itself
  if (handler == nullptr) return respond(Error("The worker has no handler of master messages"));
  try {
    (*handler)(data, respond);
  } catch (const std::exception& error) {
    sockets_.warn(std::string("the masterMessage handler threw: ") + error.what());
    respond(Error(error.what()));
  } catch (...) {
    sockets_.warn("the masterMessage handler threw an unknown exception");
    respond(Error("unknown exception"));
  }
}

void WorkerCore::set_master_message_handler(MessageHandler handler) {
  master_message_handler_ =
      handler ? std::make_shared<const MessageHandler>(std::move(handler)) : nullptr;
}

void WorkerCore::send_to_master(const Json& data, MessageAnswer answer) {
  if (place_.master != nullptr) return place_.master->send_to_master(data, std::move(answer));
  if (!answer) return;
  tasks_.post(
      [answer = std::move(answer)] { answer(Error("There is no master: workers is 0"), Json()); });
}

base::Status WorkerCore::serve_static(const std::string& directory) {
  auto files = http::StaticFiles::open(directory, &http::HttpService::system_clock_seconds,
                                       file_options(options()));
  if (!files) return files.error();
  files_ = std::move(*files);
  router_.set_fallback(*files_);
  routes_.set_has_files();
  return base::Status::ok();
}

// ---- Shutdown ----

void WorkerCore::begin_shutdown() {
  begin_drain({.code = websocket::CloseCode::kGoingAway,
               .reason = "Server is shutting down",
               .timeout = options().process_term_timeout,
               .is_paced = false});
}

void WorkerCore::begin_handover() {
  begin_drain({.code = static_cast<std::uint16_t>(protocol::CloseCode::kClientPongTimeout),
               .reason = "The worker is being replaced",
               .timeout = options().process_term_timeout,
               .is_paced = true});
}

void WorkerCore::begin_drain(DrainPlan plan) {
  if (drain_ != nullptr) return;
  if (listener_ != nullptr) listener_->close();
  if (redirect_listener_ != nullptr) redirect_listener_->close();
  socket_file_.remove();
  drain_ =
      std::make_unique<Drain>(loop_, sockets_, std::move(plan),
                              Drain::Hooks{.has_clients = [this] { return has_clients(); },
                                           .has_requests = [this] { return http_.has_requests(); },
                                           .close_idle = [this] { close_idle(); },
                                           .on_done = [this] { stop(); }});
  drain_->start();
}

// Connections to brokers are none.
bool WorkerCore::has_clients() const {
  const broker::ExchangeEngine* engine = sockets_.engine();
  return loop_.connection_count() >
         place_.own_connections + (engine == nullptr ? 0 : engine->open_connections());
}

// ---- Work of user code ----

void WorkerCore::run_blocking(std::unique_ptr<BlockingJob> job) {
  if (is_ending_) return;
  if (pool_ == nullptr) pool_ = std::make_unique<BlockingPool>(loop_, sockets_);
  pool_->run(std::move(job));
}

void WorkerCore::sign_token(const JsonObject& claims, const AuthTokenOptions& options,
                            Worker::SignHandler done) {
  using Signed = base::Result<auth::SignedToken>;
  sockets_.auth_engine().sign(
      claims, sign_options(options), sockets_.wall_now(),
      [this, done = std::move(done)](Signed token) mutable {
        // The engine may answer at once; nobody is called back from inside of their own call.
        loop_.defer([this, done = std::move(done), token = std::move(token)] {
          tasks_.run([&] {
            if (token) return done(std::nullopt, token->text);
            done(Error("AuthTokenError", token.error().text), {});
          });
        });
      });
}

}  // namespace socketcluster::server

namespace socketcluster {

void Http::serve_static(const std::string& directory) {
  if (const base::Status status = core_.serve_static(directory); !status) {
    throw std::runtime_error(status.error().text);
  }
}

void Http::route(std::string_view method, std::string_view pattern, HttpHandler handler) {
  const base::Status status = core_.routes().add_route(method, pattern, std::move(handler));
  if (!status) throw std::invalid_argument(status.error().text);
}
void Http::get(std::string_view pattern, HttpHandler handler) {
  route("GET", pattern, std::move(handler));
}
void Http::post(std::string_view pattern, HttpHandler handler) {
  route("POST", pattern, std::move(handler));
}
void Http::put(std::string_view pattern, HttpHandler handler) {
  route("PUT", pattern, std::move(handler));
}
void Http::patch(std::string_view pattern, HttpHandler handler) {
  route("PATCH", pattern, std::move(handler));
}
void Http::del(std::string_view pattern, HttpHandler handler) {
  route("DELETE", pattern, std::move(handler));
}
void Http::use(HttpMiddleware middleware) {
  core_.routes().add_middleware(std::move(middleware));
}

const Options& Worker::options() const {
  return core_.options();
}
Http& Worker::http() {
  return core_.http_api();
}
Server& Worker::server() {
  return core_.sockets().api();
}

WorkerStatus Worker::status() const {
  return core_.status().status();
}

std::uint32_t Worker::id() const {
  return core_.id();
}
const std::string& Worker::instance_id() const {
  return core_.options().instance_id;
}
void Worker::send_to_master(const Json& data, MessageAnswer answer) {
  core_.send_to_master(data, std::move(answer));
}
void Worker::on_master_message(MessageHandler handler) {
  core_.set_master_message_handler(std::move(handler));
}
void Worker::on_exit(Task handler) {
  core_.set_exit_handler(std::move(handler));
}

Worker::TimerId Worker::set_timeout(std::chrono::milliseconds delay, Task task) {
  return core_.tasks().add_timer(delay, false, std::move(task));
}
Worker::TimerId Worker::set_interval(std::chrono::milliseconds interval, Task task) {
  return core_.tasks().add_timer(interval, true, std::move(task));
}
void Worker::clear_timer(TimerId timer) {
  core_.tasks().remove_timer(timer);
}

void Worker::post(Task task) {
  core_.tasks().post(std::move(task));
}
void Worker::submit(std::unique_ptr<BlockingJob> job) {
  core_.run_blocking(std::move(job));
}
void Worker::sign_auth_token(const JsonObject& claims, const AuthTokenOptions& options,
                             SignHandler done) {
  core_.sign_token(claims, options, std::move(done));
}

}  // namespace socketcluster
