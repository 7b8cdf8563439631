// SPDX-License-Identifier: MIT
// The application of the handlers fuzzer: inside of every callback it does what the input says,
// with everything that it has been given so far.
//
// Thread rule: one thread, that of the worker; only the work that it gives to run_blocking() runs
// elsewhere.
#pragma once

#include <any>
#include <array>
#include <chrono>
#include <cstddef>
#include <functional>
#include <latch>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <socketcluster/socketcluster.h>

#include "base/assert.h"
#include "handlers/input.h"
#include "server/worker_core.h"

namespace socketcluster::fuzz {

// What a callback has been given. Handlers are allowed to refer to the Socket& that they are given;
// `is_handle` says that `socket` is such a one.
struct Scene {
  Socket* socket = nullptr;
  bool is_handle = false;
  const Respond* respond = nullptr;
  const HttpReply* reply = nullptr;
};

// A decision of a middleware function; the request may be looked at until it is made.
struct Decision {
  std::optional<Next> next;
  bool is_made = false;
  std::function<void()> look;
};

class Application;

// A piece of blocking work, which waits on its thread until it is let go.
struct Job {
  std::latch gate{1};
  bool is_gone = false;  // delivered or dropped
};

// Runs application code when what captured it is destroyed, which must be on the worker's thread.
class Tripwire {
 public:
  explicit Tripwire(Application& application) : application_(application) {}
  Tripwire(const Tripwire&) = delete;
  Tripwire& operator=(const Tripwire&) = delete;
  ~Tripwire();

 private:
  Application& application_;
};

// What a callback has captured.
struct Capture {
  std::optional<Socket> copy;
  Socket* handle = nullptr;  // of the socket whose handler it is
  std::optional<Respond> respond;
  std::optional<Next> next;
  std::optional<HttpReply> reply;
  std::optional<HttpStream> stream;
  std::shared_ptr<Tripwire> tripwire;
};

class Application {
 public:
  enum class Phase { kRunning, kEnding, kOver };

  Application(Input& in, server::WorkerCore& core);

  void act(Scene scene);
  void act_safely(Scene scene) {
    try {
      act(scene);
    } catch (...) {  // NOLINT(bugprone-empty-catch): as the worker would
    }
  }
  void set_phase(Phase phase) { phase_ = phase; }
  Phase phase() const { return phase_; }
  void connected(Socket& socket);
  // Adds routes that clients ask for.
  void open_http();
  void empty_bag() {
    const Bag bag = std::exchange(bag_, {});  // NOLINT: destroyed with an empty bag in place
  }
  std::size_t open_answers() const { return open_answers_; }
  bool is_on_its_thread() const { return std::this_thread::get_id() == thread_; }

  // Blocking work ends only when it is let go, so that one input does the same each time.
  // The oldest piece that waits for that; null when there is none.
  std::shared_ptr<Job> next_job();
  // From here on no piece waits.
  void let_all_jobs_go();

 private:
  friend class Tripwire;
  class Engine;
  using Action = void (Application::*)(Scene&);
  static const std::array<Action, 58> kActions;
  static constexpr int kMaxDepth = 6;
  static constexpr int kMaxLastActs = 8;  // while the worker goes

  struct Bag {
    std::vector<Socket> sockets;
    std::vector<Respond> responds;
    std::vector<std::shared_ptr<Decision>> decisions;
    std::vector<HttpRequest> requests;
    std::vector<HttpReply> replies;
    std::vector<HttpStream> streams;
    std::vector<HttpNext> http_nexts;
    std::vector<Worker::TimerId> timers;
    std::vector<MiddlewareId> middleware;
    std::vector<std::function<void()>> engine_calls;
  };

  Server& server() { return core_.api().server(); }
  Exchange& exchange() { return server().exchange(); }
  const char* channel() { return in_.pick(kChannels); }
  const char* event() { return in_.pick(kEvents); }
  Json data() { return boost::json::parse(in_.pick(kData)); }
  Error error() { return in_.one_in(2) ? Error("text") : Error("Name", "text", {{"k", 1}}); }

  // ---- Callbacks ----
  std::optional<Socket> socket_of(const Scene& scene);
  Capture capture(const Scene& scene, const Socket* target);
  Capture capture(const Scene& scene) { return capture(scene, nullptr); }
  void called(const Capture& capture, Scene scene);
  EventHandler event_handler(const Scene& scene, const Socket* target);
  EventHandler slow_event_handler(Capture captured);
  AckHandler ack_handler(const Scene& scene, const Socket& target);
  DoneHandler done_handler(const Scene& scene, const Socket& target);
  AuthTokenHandler token_handler(const Scene& scene, const Socket& target);
  Worker::Task task(const Scene& scene);
  void finish(const Respond& respond);
  void note_subscription(const Socket& socket, const std::string& channel, bool is_gained);

  // ---- Middleware ----
  template <typename Request>
  void use(const Scene& scene, LineTag<Request> line);
  template <typename Request>
  void decide(Request& request, Next next, const Capture& capture);
  template <typename Request>
  void look(Request& request);
  void call(Decision& decision);

  // ---- HTTP ----
  HttpHandler http_handler(const Scene& scene);
  HttpHandler slow_http_handler(Capture captured);
  HttpMiddleware http_middleware(const Scene& scene);
  void set_head(const HttpReply& reply);
  void answer(const HttpReply& reply);
  void open_stream(const HttpReply& reply);
  void look(const HttpRequest& request);
  std::shared_ptr<Job> add_job();

  // ---- What it can do; each with the socket that socket_of() chooses ----
  void handle_event(Scene& scene);
  void handle_event_once(Scene& scene);
  void handle_event_no_more(Scene& scene);
  void handle_raw(Scene& scene);
  void handle_tokens(Scene& scene);
  void handle_subscriptions(Scene& scene);
  void handle_disconnect(Scene& scene);
  void emit_plain(Scene& scene);
  void emit_data(Scene& scene);
  void emit_with_answer(Scene& scene);
  void send(Scene& scene);
  void kick_out(Scene& scene);
  void kick_out_all(Scene& scene);
  void look_at_socket(Scene& scene);
  void set_auth_token(Scene& scene);
  void deauthenticate(Scene& scene);
  void deauthenticate_self(Scene& scene);
  void disconnect(Scene& scene);
  void terminate(Scene& scene);
  void set_user_data(Scene& scene);
  void keep_socket(Scene& scene);
  void drop_socket(Scene& scene);
  void respond(Scene& scene);
  void keep_respond(Scene& scene);
  void use_kept_respond(Scene& scene);
  void drop_respond(Scene& scene);
  void use_kept_next(Scene& scene);
  void drop_next(Scene& scene);
  void drop_request(Scene& scene);
  void use_middleware(Scene& scene);
  void remove_middleware(Scene& scene);
  void handle_connections(Scene& scene);
  void handle_event_of_all(Scene& scene);
  void handle_ends(Scene& scene);
  void handle_server_channels(Scene& scene);
  void handle_server_tokens(Scene& scene);
  void handle_warnings(Scene& scene);
  void publish(Scene& scene);
  void exchange_subscribe(Scene& scene);
  void exchange_unsubscribe(Scene& scene);
  void visit_clients(Scene& scene);
  void set_timer(Scene& scene);
  void clear_timer(Scene& scene);
  void post(Scene& scene);
  void replace_engine(Scene& scene);
  void raise_or_end(Scene& scene);
  void add_route(Scene& scene);
  void use_http_middleware(Scene& scene);
  void use_reply(Scene& scene);
  void keep_reply(Scene& scene);
  void drop_reply(Scene& scene);
  void write_to_stream(Scene& scene);
  void end_stream(Scene& scene);
  void watch_stream(Scene& scene);
  void drop_stream(Scene& scene);
  void use_http_next(Scene& scene);
  void run_blocking(Scene& scene);
  void sign_token(Scene& scene);

  template <typename Value>
  std::optional<Value> kept(const std::vector<Value>& values) {
    if (values.empty()) return std::nullopt;
    return values[in_.below(values.size())];
  }
  template <typename Value>
  void drop(std::vector<Value>& values) {
    if (values.empty()) return;
    const auto at = values.begin() + static_cast<std::ptrdiff_t>(in_.below(values.size()));
    const Value dropped = std::move(*at);  // destroyed when the bag is whole again
    values.erase(at);
  }

  Input& in_;
  server::WorkerCore& core_;
  Phase phase_ = Phase::kRunning;
  int depth_ = 0;
  int last_acts_ = 0;
  std::size_t open_answers_ = 0;
  Bag bag_;
  std::vector<std::shared_ptr<Job>> jobs_;  // that have not been let go
  bool are_jobs_free_ = false;
  std::set<std::pair<std::string, std::string>> subscriptions_;  // as told: socket id, channel
  const std::thread::id thread_ = std::this_thread::get_id();
};

}  // namespace socketcluster::fuzz
