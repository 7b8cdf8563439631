// SPDX-License-Identifier: MIT
// Lets clients and an application do anything, in any order: the input drives what up to four
// clients send to a worker, and what the application does inside of every callback. Nothing may
// crash or leak, no callback may come after the end of the worker, and every on_answer is called
// exactly once.
//
// One stream of bytes decides everything, in the order in which it is asked; at its end clients and
// application do no more.
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <socketcluster/socketcluster.h>

#include "auth/jwt_sign.h"
#include "base/assert.h"
#include "base/log.h"
#include "base/random.h"
#include "http/http_connection.h"
#include "http/router.h"
#include "net/connection.h"
#include "server/worker_core.h"
#include "websocket/frame.h"

namespace {

using namespace socketcluster;  // NOLINT(google-build-using-namespace): a program of its own
using std::chrono::milliseconds;
using websocket::Opcode;

class Input {
 public:
  Input(const std::uint8_t* data, std::size_t size) : data_(data), size_(size) {}
  bool is_over() const { return at_ == size_; }
  std::size_t left() const { return size_ - at_; }
  std::uint8_t byte() { return is_over() ? std::uint8_t{0} : data_[at_++]; }
  std::size_t below(std::size_t bound) { return byte() % bound; }
  bool one_in(std::size_t bound) { return below(bound) == 1; }
  template <typename Value, std::size_t kCount>
  const Value& pick(const std::array<Value, kCount>& values) {
    return values[below(kCount)];
  }

 private:
  const std::uint8_t* data_;
  std::size_t size_;
  std::size_t at_ = 0;
};

constexpr std::array<const char*, 4> kChannels = {"a", "b", "c", "a,b"};
constexpr std::array<const char*, 5> kEvents = {"x", "y", "z", "#x", ""};
constexpr std::array<const char*, 5> kData = {"null", "1", R"({"k":[1,2]})", R"("text")", "[]"};

const auth::TokenKeys& keys() {
  static const auth::TokenKeys kKeys = [] {
    base::SystemRandom random;
    auth::TokenKeyOptions options;
    options.auth_key = "key";
    return *auth::TokenKeys::load(options, random);
  }();
  return kKeys;
}

std::string make_token(const JsonObject& claims) {
  const auto token = auth::sign_token(keys(), claims, {}, std::chrono::system_clock::now());
  SC_ASSERT(token.has_value());
  return token->text;
}

// Good, good, expired, and none.
const std::string& token(std::size_t index) {
  static const std::array<std::string, 4> kTokens = {
      make_token({{"name", "ann"}, {"exp", 4'000'000'000}}), make_token({{"name", "bob"}}),
      make_token({{"name", "old"}, {"exp", 1'000'000'000}}), "a.b.c"};
  return kTokens[index % kTokens.size()];
}

Options worker_options(Input& in) {
  Options options;
  const std::uint8_t flags = in.byte();
  const bool hurries = (flags & 1U) != 0;
  options.ping_interval = hurries ? milliseconds(1) : milliseconds(3'600'000);
  options.ping_timeout = hurries ? milliseconds(3) : milliseconds(7'200'000);
  options.handshake_timeout = hurries ? milliseconds(2) : milliseconds(3'600'000);
  options.ack_timeout = hurries ? milliseconds(2) : milliseconds(3'600'000);
  options.batch_on_handshake = (flags & 2U) != 0;
  options.batch_on_handshake_duration = milliseconds(hurries ? 1 : 0);
  options.batch_interval = milliseconds(hurries ? 1 : 0);
  options.strict_handshake = (flags & 4U) != 0;
  constexpr std::array kVersions = {ProtocolVersion::kAuto, ProtocolVersion::kAuto,
                                    ProtocolVersion::kV1, ProtocolVersion::kV2};
  options.protocol_version = kVersions[flags >> 3U & 3U];
  if ((flags & 32U) != 0) {
    options.max_payload = 2048;
    options.outbound_soft_limit = 1024;
    options.outbound_hard_limit = 4096;
  }
  options.socket_channel_limit = (flags & 64U) != 0 ? 2 : 100;
  options.per_message_deflate.enabled = flags == 128;
  options.per_message_deflate.threshold = 0;
  return options;
}

// ---- The application ----

// What a callback has been given. Handlers are allowed to refer to the Socket& that they are given;
// `is_handle` says that `socket` is such a one.
struct Scene {
  Socket* socket = nullptr;
  bool is_handle = false;
  const Respond* respond = nullptr;
};

// A decision of a middleware function; the request may be looked at until it is made.
struct Decision {
  std::optional<Next> next;
  bool is_made = false;
  std::function<void()> look;
};

class Application;

// Runs application code when what captured it is destroyed.
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
  std::shared_ptr<Tripwire> tripwire;
};

class Application {
 public:
  enum class Phase { kRunning, kEnding, kOver };

  Application(Input& in, server::WorkerCore& core) : in_(in), core_(core) {}

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
  void empty_bag() {
    const Bag bag = std::exchange(bag_, {});  // NOLINT: destroyed with an empty bag in place
  }
  std::size_t open_answers() const { return open_answers_; }

 private:
  friend class Tripwire;
  class Engine;
  using Action = void (Application::*)(Scene&);
  static const std::array<Action, 46> kActions;
  static constexpr int kMaxDepth = 6;
  static constexpr int kMaxLastActs = 8;  // while the worker goes

  struct Bag {
    std::vector<Socket> sockets;
    std::vector<Respond> responds;
    std::vector<std::shared_ptr<Decision>> decisions;
    std::vector<HttpRequest> requests;
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

  // ---- Middleware ----
  template <typename Request>
  void use(const Scene& scene, LineTag<Request> line);
  template <typename Request>
  void decide(Request& request, Next next, const Capture& capture);
  template <typename Request>
  void look(Request& request);
  void call(Decision& decision);

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
};

Tripwire::~Tripwire() {
  if (application_.phase() == Application::Phase::kRunning) application_.act_safely({});
}

void Application::act(Scene scene) {
  SC_ASSERT(phase_ != Phase::kOver);
  if (depth_ >= kMaxDepth) return;
  if (phase_ == Phase::kEnding && ++last_acts_ > kMaxLastActs) return;
  struct Depth {
    explicit Depth(int& depth) : value(depth) { ++value; }
    Depth(const Depth&) = delete;
    Depth& operator=(const Depth&) = delete;
    ~Depth() { --value; }
    int& value;
  } const depth(depth_);
  for (std::size_t left = in_.below(5); left > 0 && !in_.is_over(); --left) {
    (this->*kActions[in_.below(kActions.size())])(scene);
  }
}

// The scene's socket mostly; a copy of one that was kept otherwise.
std::optional<Socket> Application::socket_of(const Scene& scene) {
  if (scene.socket != nullptr && !in_.one_in(3)) return *scene.socket;
  return kept(bag_.sockets);
}

Capture Application::capture(const Scene& scene, const Socket* target) {
  Capture capture;
  const std::uint8_t what = in_.byte();
  if (scene.socket != nullptr && (what & 1U) != 0) {
    const bool may_refer = scene.is_handle && target != nullptr && *target == *scene.socket;
    if (may_refer && (what & 2U) != 0) {
      capture.handle = scene.socket;
    } else {
      capture.copy.emplace(*scene.socket);
    }
  }
  if (scene.respond != nullptr && (what & 4U) != 0) capture.respond = *scene.respond;
  if ((what & 8U) != 0) {
    if (const auto decision = kept(bag_.decisions); decision) capture.next = (*decision)->next;
  }
  if ((what & 16U) != 0) capture.tripwire = std::make_shared<Tripwire>(*this);
  return capture;
}

// A callback without a socket of its own goes by what it captured.
void Application::called(const Capture& capture, Scene scene) {
  SC_ASSERT(phase_ != Phase::kOver);
  std::optional<Socket> copy = capture.copy;
  if (scene.socket == nullptr && capture.handle != nullptr) {
    scene.socket = capture.handle;
    scene.is_handle = true;
  } else if (scene.socket == nullptr && copy) {
    scene.socket = &*copy;
  }
  if (scene.respond == nullptr && capture.respond) scene.respond = &*capture.respond;
  act(scene);
}

void Application::finish(const Respond& respond) {
  if (in_.one_in(4)) return;
  if (respond.is_wanted()) respond(data());
}

EventHandler Application::event_handler(const Scene& scene, const Socket* target) {
  if (in_.one_in(3)) return slow_event_handler(capture(scene));
  return [this, capture = capture(scene, target)](const Json&, const Respond& respond) {
    called(capture, {.respond = &respond});
    finish(respond);
  };
}

// A coroutine: must not refer to a handle, because it may go on when that is gone.
EventHandler Application::slow_event_handler(Capture captured) {
  return [this, captured = std::move(captured)](const Json&, Respond respond) -> Task {
    called(captured, {.respond = &respond});
    if (captured.copy && !in_.one_in(4)) {
      co_await socketcluster::emit(*captured.copy, event());
    } else {
      co_await socketcluster::sleep(core_.api(), milliseconds(1));
    }
    called(captured, {.respond = &respond});
    finish(respond);
  };
}

AckHandler Application::ack_handler(const Scene& scene, const Socket& target) {
  ++open_answers_;
  return [this, capture = capture(scene, &target), is_called = std::make_shared<bool>(false)](
             const std::optional<Error>&, const Json&) {
    SC_ASSERT(!std::exchange(*is_called, true));
    --open_answers_;
    called(capture, {});
  };
}

DoneHandler Application::done_handler(const Scene& scene, const Socket& target) {
  if (in_.one_in(3)) return nullptr;
  return [this, capture = capture(scene, &target),
          is_called = std::make_shared<bool>(false)](const std::optional<Error>&) {
    SC_ASSERT(!std::exchange(*is_called, true));
    called(capture, {});
  };
}

AuthTokenHandler Application::token_handler(const Scene& scene, const Socket& target) {
  return [this, capture = capture(scene, &target)](const Json&) { called(capture, {}); };
}

Worker::Task Application::task(const Scene& scene) {
  return [this, capture = capture(scene)] { called(capture, {}); };
}

// ---- Middleware ----

template <typename Request>
void Application::use(const Scene& scene, LineTag<Request> line) {
  bag_.middleware.push_back(
      server().use(line, [this, capture = capture(scene)](Request& request, Next next) {
        SC_ASSERT(phase_ != Phase::kOver);
        decide(request, std::move(next), capture);
      }));
}

template <typename Request>
void Application::look(Request& request) {
  if constexpr (std::derived_from<Request, DataRequest>) {
    if (in_.one_in(2)) request.set_data(data());
    SC_ASSERT(!request.data().is_double());
  }
  if constexpr (std::derived_from<Request, PublishInRequest>) {
    if (in_.one_in(3)) request.set_ack_data(data());
  }
  if constexpr (std::derived_from<Request, PublishOutRequest>) {
    if (in_.one_in(3)) request.set_use_cache(true);
  }
  if constexpr (std::derived_from<Request, AuthenticateRequest>) {
    SC_ASSERT(request.auth_token().is_object());
  }
  if constexpr (std::derived_from<Request, SocketRequest>) {
    SC_ASSERT(request.socket().id().size() == 20);
  } else {
    if (in_.one_in(3)) bag_.requests.push_back(request.http());
  }
}

template <typename Request>
void Application::decide(Request& request, Next next, const Capture& capture) {
  auto decision = std::make_shared<Decision>();
  decision->next = std::move(next);
  decision->look = [this, &request] { look(request); };
  Scene scene;
  if constexpr (std::derived_from<Request, SocketRequest>) {
    scene = {.socket = &request.socket(), .is_handle = true};
  }
  const std::size_t how = in_.below(8);
  if (how == 1 || how == 2) bag_.decisions.push_back(decision);
  if (how == 3) look(request);
  try {
    called(capture, scene);
  } catch (...) {
    decision->is_made = true;
    throw;
  }
  if (how == 4) decision->is_made = true;  // dropped
  if (how == 0 || how > 4) (*decision->next)();
  if (how == 0 || how > 4) decision->is_made = true;
  if (how == 2) call(*decision);
}

void Application::call(Decision& decision) {
  if (!decision.is_made) decision.look();
  decision.is_made = true;
  const Next next = *decision.next;
  switch (in_.below(6)) {
    case 1:
      return next(error());
    case 2:
      return next(error(), in_.one_in(2) ? 4500 : 17);
    case 3:
      return next(error(), in_.one_in(2) ? BadToken::kYes : BadToken::kNo);
    case 4:
      return next.block_silently();
    default:
      return next();
  }
}

void Application::use_kept_next(Scene& /*scene*/) {
  if (const auto decision = kept(bag_.decisions); decision) call(**decision);
}
void Application::drop_next(Scene& /*scene*/) {
  drop(bag_.decisions);
}
void Application::drop_request(Scene& /*scene*/) {
  if (const auto request = kept(bag_.requests)) SC_ASSERT(!request->method().empty());
  drop(bag_.requests);
}

void Application::use_middleware(Scene& scene) {
  switch (in_.below(7)) {
    case 0:
      return use(scene, Line::kHandshakeWs);
    case 1:
      return use(scene, Line::kHandshakeSc);
    case 2:
      return use(scene, Line::kAuthenticate);
    case 3:
      return use(scene, Line::kEmit);
    case 4:
      return use(scene, Line::kSubscribe);
    case 5:
      return use(scene, Line::kPublishIn);
    default:
      return use(scene, Line::kPublishOut);
  }
}
void Application::remove_middleware(Scene& /*scene*/) {
  if (const auto id = kept(bag_.middleware)) server().remove_middleware(*id);
}

// ---- Sockets ----

void Application::handle_event(Scene& scene) {
  auto socket = socket_of(scene);
  if (socket) socket->on(event(), event_handler(scene, &*socket));
}
void Application::handle_event_once(Scene& scene) {
  auto socket = socket_of(scene);
  if (socket) socket->once(event(), event_handler(scene, &*socket));
}
void Application::handle_event_no_more(Scene& scene) {
  auto socket = socket_of(scene);
  if (socket) socket->off(event());
}
void Application::handle_raw(Scene& scene) {
  auto socket = socket_of(scene);
  if (!socket) return;
  socket->on_raw(
      [this, capture = capture(scene, &*socket)](const std::string&) { called(capture, {}); });
}
void Application::handle_tokens(Scene& scene) {
  auto socket = socket_of(scene);
  if (!socket) return;
  if (in_.one_in(2)) return socket->on_authenticate(token_handler(scene, *socket));
  socket->on_deauthenticate(token_handler(scene, *socket));
}
void Application::handle_subscriptions(Scene& scene) {
  auto socket = socket_of(scene);
  if (!socket) return;
  Capture captured = capture(scene, &*socket);
  if (in_.one_in(2)) {
    return socket->on_subscribe(
        [this, captured](const std::string&, const Json&) { called(captured, {}); });
  }
  socket->on_unsubscribe([this, captured](const std::string&) { called(captured, {}); });
}
void Application::handle_disconnect(Scene& scene) {
  auto socket = socket_of(scene);
  if (!socket) return;
  socket->on_disconnect([this, capture = capture(scene, &*socket),
                         is_called = std::make_shared<bool>(false)](int, const std::string&) {
    SC_ASSERT(!std::exchange(*is_called, true));
    called(capture, {});
  });
}
void Application::emit_plain(Scene& scene) {
  if (auto socket = socket_of(scene)) socket->emit(event());
}
void Application::emit_data(Scene& scene) {
  if (auto socket = socket_of(scene)) socket->emit(event(), data());
}
void Application::emit_with_answer(Scene& scene) {
  auto socket = socket_of(scene);
  if (!socket) return;
  AckHandler handler = ack_handler(scene, *socket);
  socket->emit(event(), data(), std::move(handler));
}
void Application::send(Scene& scene) {
  if (auto socket = socket_of(scene)) socket->send(std::string(in_.byte() * 8U, 's'));
}
void Application::kick_out(Scene& scene) {
  if (auto socket = socket_of(scene)) socket->kick_out(channel(), in_.one_in(2) ? "out" : "");
}
void Application::kick_out_all(Scene& scene) {
  if (auto socket = socket_of(scene)) socket->kick_out_all();
}
void Application::look_at_socket(Scene& scene) {
  const auto socket = socket_of(scene);
  if (!socket) return;
  const bool is_listed = socket->is_subscribed(channel());
  SC_ASSERT(!is_listed || !socket->subscriptions().empty());
  SC_ASSERT(socket->is_authenticated() == !socket->auth_token().is_null());
  SC_ASSERT(socket->is_authenticated() == !socket->signed_auth_token().empty());
  SC_ASSERT(socket->remote_address().empty() && socket->forwarded_address().empty());
  if (socket->request()) bag_.requests.push_back(*socket->request());
}
void Application::set_auth_token(Scene& scene) {
  auto socket = socket_of(scene);
  if (!socket) return;
  JsonObject claims{{"name", "cat"}};
  if (in_.one_in(3)) claims["exp"] = 1'000'000'000;
  AuthTokenOptions options;
  if (in_.one_in(3)) options.expires_in = std::chrono::seconds(in_.byte());
  if (in_.one_in(5)) options.audience = 1;  // cannot be signed
  socket->set_auth_token(claims, options, done_handler(scene, *socket));
}
void Application::deauthenticate(Scene& scene) {
  if (auto socket = socket_of(scene)) socket->deauthenticate(done_handler(scene, *socket));
}
void Application::deauthenticate_self(Scene& scene) {
  if (auto socket = socket_of(scene)) socket->deauthenticate_self();
}
void Application::disconnect(Scene& scene) {
  constexpr std::array kCodes = {1000, 4500, 4000, 1006, 0, 3000};
  if (auto socket = socket_of(scene)) {
    socket->disconnect(in_.pick(kCodes), in_.one_in(2) ? "why" : "");
  }
}
void Application::terminate(Scene& scene) {
  if (auto socket = socket_of(scene)) socket->terminate();
}
// No copies of sockets in there: one of the socket itself would keep it for ever.
void Application::set_user_data(Scene& scene) {
  auto socket = socket_of(scene);
  if (!socket) return;
  const std::any old =
      std::exchange(socket->user_data(),
                    in_.one_in(2) ? std::any(std::make_shared<Tripwire>(*this)) : std::any(1));
}
void Application::keep_socket(Scene& scene) {
  if (scene.socket != nullptr) bag_.sockets.push_back(*scene.socket);
}
void Application::drop_socket(Scene& /*scene*/) {
  drop(bag_.sockets);
}

// ---- Answers ----

void Application::respond(Scene& scene) {
  if (scene.respond == nullptr) return;
  const Respond answer = *scene.respond;
  if (in_.one_in(3)) return answer(error());
  if (in_.one_in(3)) return answer();
  answer(data());
}
void Application::keep_respond(Scene& scene) {
  if (scene.respond != nullptr) bag_.responds.push_back(*scene.respond);
}
void Application::use_kept_respond(Scene& scene) {
  const auto answer = kept(bag_.responds);
  Scene with_it = scene;
  with_it.respond = answer ? &*answer : nullptr;
  respond(with_it);
}
void Application::drop_respond(Scene& /*scene*/) {
  drop(bag_.responds);
}

// ---- Server, exchange and worker ----

void Application::connected(Socket& socket) {
  called({}, {.socket = &socket, .is_handle = true});
}
void Application::handle_connections(Scene& scene) {
  const auto handler = [this, captured = capture(scene)](Socket& socket) {
    called(captured, {.socket = &socket, .is_handle = true});
  };
  if (in_.one_in(2)) return server().on_handshake(handler);
  server().on_connection(handler);
}
void Application::handle_event_of_all(Scene& scene) {
  server().on(event(), [this, captured = capture(scene)](Socket& socket, const Json&,
                                                         const Respond& respond) {
    called(captured, {.socket = &socket, .is_handle = true, .respond = &respond});
    finish(respond);
  });
}
void Application::handle_ends(Scene& scene) {
  const auto handler = [this, captured = capture(scene)](Socket& socket, int, const std::string&) {
    SC_ASSERT(!socket.is_open());
    called(captured, {.socket = &socket, .is_handle = true});
  };
  const std::size_t which = in_.below(3);
  if (which == 0) return server().on_disconnection(handler);
  if (which == 1) return server().on_connection_abort(handler);
  server().on_closure(handler);
}
void Application::handle_server_channels(Scene& scene) {
  const auto handler = [this, captured = capture(scene)](Socket& socket, const std::string&) {
    called(captured, {.socket = &socket, .is_handle = true});
  };
  if (in_.one_in(2)) return server().on_subscription(handler);
  server().on_unsubscription(handler);
}
void Application::handle_server_tokens(Scene& scene) {
  const Capture captured = capture(scene);
  const auto handler = [this, captured](Socket& socket, const Json&) {
    called(captured, {.socket = &socket, .is_handle = true});
  };
  const std::size_t which = in_.below(3);
  if (which == 0) return server().on_authentication(handler);
  if (which == 1) return server().on_deauthentication(handler);
  server().on_bad_auth_token([this, captured](Socket& socket, const Error&, const std::string&) {
    called(captured, {.socket = &socket, .is_handle = true});
  });
}
void Application::handle_warnings(Scene& scene) {
  server().on_warning([this, captured = capture(scene)](const std::string&) {  //
    called(captured, {});
  });
}
void Application::publish(Scene& /*scene*/) {
  exchange().publish(channel(), in_.one_in(6) ? Json(std::string(2000, 'p')) : data());
}
void Application::exchange_subscribe(Scene& scene) {
  exchange().subscribe(channel(),
                       [this, captured = capture(scene)](const Json&) { called(captured, {}); });
}
void Application::exchange_unsubscribe(Scene& /*scene*/) {
  exchange().unsubscribe(channel());
}
void Application::visit_clients(Scene& scene) {
  const std::size_t most = server().clients_count();
  std::size_t visited = 0;
  const Respond* respond = scene.respond;
  server().for_each_client([&](Socket& socket) {
    SC_ASSERT(++visited <= most);
    act({.socket = &socket, .is_handle = true, .respond = respond});
  });
  SC_ASSERT(server().pending_clients_count() < 100);
}
void Application::set_timer(Scene& scene) {
  const milliseconds delay(in_.below(3));
  bag_.timers.push_back(in_.one_in(3) ? core_.api().set_interval(delay, task(scene))
                                      : core_.api().set_timeout(delay, task(scene)));
}
void Application::clear_timer(Scene& /*scene*/) {
  if (const auto id = kept(bag_.timers)) core_.api().clear_timer(*id);
}
void Application::post(Scene& scene) {
  core_.api().post(task(scene));
}

// Answers at once, later, or never.
class Application::Engine final : public AuthEngine {
 public:
  explicit Engine(Application& application) : application_(application) {}

  void verify(const std::string& token, OnVerified done) override {
    Input& in = application_.in_;
    VerifiedToken result;
    result.is_bad_token = in.one_in(2);
    if (in.one_in(3)) {
      result.error = application_.error();
    } else {
      result.claims = JsonObject{{"token", token}, {"exp", in.one_in(2) ? 1 : 4'000'000'000}};
    }
    answer([done = std::move(done), result] { done(result); });
  }
  void sign(const JsonObject& claims, const AuthTokenOptions& /*options*/, OnSigned done) override {
    std::optional<SignedAuthToken> result = SignedAuthToken{"a token", claims};
    if (application_.in_.one_in(4)) result.reset();
    answer([done = std::move(done), result] { done(result); });
  }

 private:
  void answer(std::function<void()> call) {
    if (application_.in_.one_in(2)) {
      call();
    } else {
      application_.bag_.engine_calls.push_back(std::move(call));
    }
    ++calls_;  // an engine may look at itself after a call that has replaced it
  }
  Application& application_;
  std::size_t calls_ = 0;
};

void Application::replace_engine(Scene& /*scene*/) {
  if (in_.one_in(3)) return server().set_auth_engine(std::make_unique<Engine>(*this));
  if (bag_.engine_calls.empty()) return;
  const auto call = std::move(bag_.engine_calls.back());
  bag_.engine_calls.pop_back();
  call();
}

void Application::raise_or_end(Scene& /*scene*/) {
  const std::size_t what = in_.below(8);
  if (what == 1) core_.begin_shutdown();
  if (what == 2) throw 1;  // NOLINT(hicpp-exception-baseclass): users may
  if (what > 4) throw std::runtime_error("thrown");
}

const std::array<Application::Action, 46> Application::kActions = {
    &Application::handle_event,
    &Application::handle_event_once,
    &Application::handle_event_no_more,
    &Application::handle_raw,
    &Application::handle_tokens,
    &Application::handle_subscriptions,
    &Application::handle_disconnect,
    &Application::emit_plain,
    &Application::emit_data,
    &Application::emit_with_answer,
    &Application::send,
    &Application::kick_out,
    &Application::kick_out_all,
    &Application::look_at_socket,
    &Application::set_auth_token,
    &Application::deauthenticate,
    &Application::deauthenticate_self,
    &Application::disconnect,
    &Application::terminate,
    &Application::set_user_data,
    &Application::keep_socket,
    &Application::drop_socket,
    &Application::respond,
    &Application::keep_respond,
    &Application::use_kept_respond,
    &Application::drop_respond,
    &Application::use_kept_next,
    &Application::drop_next,
    &Application::drop_request,
    &Application::use_middleware,
    &Application::remove_middleware,
    &Application::handle_connections,
    &Application::handle_event_of_all,
    &Application::handle_ends,
    &Application::handle_server_channels,
    &Application::handle_server_tokens,
    &Application::handle_warnings,
    &Application::publish,
    &Application::exchange_subscribe,
    &Application::exchange_unsubscribe,
    &Application::visit_clients,
    &Application::set_timer,
    &Application::clear_timer,
    &Application::post,
    &Application::replace_engine,
    &Application::raise_or_end,
};

// ---- The clients ----

std::string masked_frame(Opcode opcode, std::string_view payload, bool is_final = true) {
  std::array<char, websocket::kMaxHeaderBytes> header{};
  const std::size_t size = websocket::encode_header(
      header.data(), opcode, payload.size(),
      is_final ? websocket::Final::kYes : websocket::Final::kNo, websocket::Compressed::kNo);
  std::string bytes(header.data(), size);
  bytes[1] = static_cast<char>(static_cast<unsigned char>(bytes[1]) | 0x80U);
  bytes.append(4, '\0');  // a mask that changes nothing
  return bytes.append(payload);
}

std::string concat(std::initializer_list<std::string_view> parts) {
  std::string text;
  for (const std::string_view part : parts) text += part;
  return text;
}

class Client {
 public:
  Client(Input& in, int fd) : in_(in), fd_(fd) { upgrade(); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  ~Client() { ::close(fd_); }

  void act();
  void read() const {
    if (is_deaf_) return;
    std::array<char, 4096> bytes;
    while (::recv(fd_, bytes.data(), bytes.size(), MSG_DONTWAIT) > 0) {
    }
  }

 private:
  void write(std::string_view bytes) const {
    ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  }
  void upgrade();
  std::string cid() {
    const std::size_t number = in_.below(4);
    return number == 0 ? std::string() : ",\"cid\":" + std::to_string(number);
  }
  std::string handshake() {
    const std::string data =
        in_.one_in(3) ? concat({R"({"authToken":")", token(in_.byte()), "\"}"}) : std::string("{}");
    return concat({R"({"event":"#handshake","data":)", data, R"(,"cid":1})"});
  }
  std::string packet();
  std::string channel_packet();
  void frames();

  Input& in_;
  int fd_;
  bool is_deaf_ = false;
};

// Mostly with the handshake behind it, and what tells the generation.
void Client::upgrade() {
  const std::uint8_t how = in_.byte();
  std::string bytes = how == 255 ? "GET /health-check HTTP/1.1\r\nHost: a\r\n\r\n"
                                 : "GET /socketcluster/ HTTP/1.1\r\nHost: a\r\n"
                                   "Upgrade: websocket\r\nConnection: Upgrade\r\n"
                                   "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                                   "Sec-WebSocket-Extensions: permessage-deflate\r\n"
                                   "Sec-WebSocket-Version: 13\r\n\r\n";
  if (how % 4 != 3) bytes += masked_frame(Opcode::kText, handshake());
  if (how % 4 == 1) bytes += masked_frame(Opcode::kText, "#2");
  if (how % 4 == 2) bytes += masked_frame(Opcode::kText, "");
  write(bytes);
}

std::string Client::channel_packet() {
  const char* name = in_.pick(kChannels);
  switch (in_.below(5)) {
    case 0:
    case 1:
      return concat({R"({"event":"#subscribe","data":{"channel":")", name,
                     in_.one_in(4) ? R"(","waitForAuth":true,"data":[1]})" : R"("})", cid(), "}"});
    case 2:
      return concat({R"({"event":"#unsubscribe","data":")", name, "\"", cid(), "}"});
    default:
      return concat({R"({"event":"#publish","data":{"channel":")", name, R"(","data":)",
                     in_.pick(kData), "}", cid(), "}"});
  }
}

std::string Client::packet() {
  switch (in_.below(10)) {
    case 0:
    case 1:
    case 2:
      return concat(
          {R"({"event":")", in_.pick(kEvents), R"(","data":)", in_.pick(kData), cid(), "}"});
    case 3:
    case 4:
      return channel_packet();
    case 5:
      return concat({R"({"rid":)", std::to_string(in_.below(6)),
                     in_.one_in(2) ? R"(,"error":{"message":"m"}})" : R"(,"data":1})"});
    case 6:
      return concat({R"({"event":"#authenticate","data":")", token(in_.byte()), "\"", cid(), "}"});
    case 7:
      return in_.one_in(2) ? concat({R"({"event":"#removeAuthToken")", cid(), "}"})
                           : R"({"event":"#disconnect","data":{"code":4321,"data":"bye"}})";
    case 8:
      return handshake();
    default:
      return in_.one_in(2) ? "#2" : (in_.one_in(2) ? "raw" : "");
  }
}

void Client::frames() {
  constexpr std::array<std::string_view, 4> kCloses = {
      std::string_view("", 0), std::string_view("\x03\xe8", 2), std::string_view("\x11\x94why", 5),
      std::string_view("\x00\x01", 2)};
  switch (in_.below(5)) {
    case 0:
      return write(masked_frame(Opcode::kClose, in_.pick(kCloses)));
    case 1:
      return write(masked_frame(Opcode::kPing, "p"));
    case 2:
      return write(masked_frame(Opcode::kText, packet(), false));
    case 3:
      return write(masked_frame(Opcode::kContinuation, packet()));
    default:
      return write(masked_frame(Opcode::kBinary, packet()));
  }
}

void Client::act() {
  switch (in_.below(10)) {
    case 0:
      return frames();
    case 1: {
      std::string batch = "[";
      for (std::size_t left = in_.below(5); left > 0; --left) batch += packet() + ",";
      return write(masked_frame(Opcode::kText, batch + packet() + "]"));
    }
    case 2: {
      std::string several;
      for (std::size_t left = in_.below(5); left > 0; --left) {
        several += masked_frame(Opcode::kText, packet());
      }
      return write(several);
    }
    case 3: {
      const std::array garbage = {static_cast<char>(in_.byte()), static_cast<char>(in_.byte())};
      return write({garbage.data(), garbage.size()});
    }
    case 4:
      if (in_.one_in(4)) ::shutdown(fd_, SHUT_WR);
      is_deaf_ = in_.one_in(3);
      return;
    default:
      return write(masked_frame(Opcode::kText, packet()));
  }
}

// ---- One input ----

class Theatre {
 public:
  Theatre(Input& in, base::Log& log)
      : in_(in),
        service_(router_, {}),
        core_(std::make_unique<server::WorkerCore>(worker_options(in), log, keys())),
        application_(in, *core_) {
    router_.set_upgrade([this](const http::Request& request, http::Exchange exchange) {
      core_->sockets().accept_upgrade(request, std::move(exchange));
    });
    core_->api().server().on_connection([this](Socket& socket) { application_.connected(socket); });
  }

  void play() {
    const bool bag_goes_first = in_.one_in(2);
    const std::size_t rest = in_.below(64);  // of the input: for the end
    for (std::size_t left = in_.below(6); left > 0; --left) application_.act_safely({});
    for (int step = 0; step < kMaxSteps && in_.left() > rest; ++step) step_once();
    turn(rest < 32 ? 8 : 0);
    end(bag_goes_first);
  }

 private:
  static constexpr int kMaxSteps = 300;

  void step_once() {
    std::unique_ptr<Client>& client = clients_[in_.below(clients_.size())];
    if (client == nullptr) {
      connect(client);
    } else if (const std::size_t what = in_.below(12); what == 1) {
      client.reset();
    } else if (what == 2) {
      application_.act_safely({});
    } else {
      client->act();
      if (what == 3) return;  // more in the same turn
    }
    turn(1);
  }

  void connect(std::unique_ptr<Client>& client) {
    std::array<int, 2> fds{};
    SC_ASSERT(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds.data()) == 0);
    const int small = 4096;
    ::setsockopt(fds[0], SOL_SOCKET, SO_SNDBUF, &small, sizeof small);
    service_.serve(core_->loop().adopt(fds[0]));
    client = std::make_unique<Client>(in_, fds[1]);
  }

  void turn(int times) {
    for (int i = 0; i < times; ++i) {
      core_->loop().run_once(milliseconds(0));
      for (const auto& client : clients_) {
        if (client != nullptr) client->read();
      }
    }
  }

  // What the application keeps may go before the worker, or behind it.
  void end(bool bag_goes_first) {
    if (bag_goes_first) application_.empty_bag();
    application_.set_phase(Application::Phase::kEnding);
    core_.reset();
    application_.set_phase(Application::Phase::kOver);
    SC_ASSERT(application_.open_answers() == 0);
    application_.empty_bag();
  }

  Input& in_;
  http::Router router_;
  http::HttpService service_;
  std::array<std::unique_ptr<Client>, 4> clients_;
  std::unique_ptr<server::WorkerCore> core_;
  Application application_;
};

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): the name is given
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t kMaxInput = 1024;
  if (size > kMaxInput) return 0;
  Input in(data, size);
  base::NullLog log;
  Theatre(in, log).play();
  return 0;
}
