// SPDX-License-Identifier: MIT
// What the application does with the server, the exchange and the worker, and how it comes to act.
#include "handlers/application.h"

#include <stdexcept>

namespace socketcluster::fuzz {

Application::Application(Input& in, server::WorkerCore& core) : in_(in), core_(core) {
  // Subscriptions are followed from the start; see handle_server_channels().
  server().on_subscription([this](Socket& socket, const std::string& channel) {
    note_subscription(socket, channel, true);
  });
  server().on_unsubscription([this](Socket& socket, const std::string& channel) {
    note_subscription(socket, channel, false);
  });
}

Tripwire::~Tripwire() {
  SC_ASSERT(application_.is_on_its_thread());
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
  if ((what & 32U) != 0) capture.reply = kept(bag_.replies);
  if ((what & 64U) != 0) capture.stream = kept(bag_.streams);
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
  if (scene.reply == nullptr && capture.reply) scene.reply = &*capture.reply;
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
      co_await socketcluster::sleep(core_.api(), std::chrono::milliseconds(1));
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
  const bool is_gained = in_.one_in(2);
  const auto handler = [this, is_gained, captured = capture(scene)](Socket& socket,
                                                                    const std::string& channel) {
    note_subscription(socket, channel, is_gained);
    called(captured, {.socket = &socket, .is_handle = true});
  };
  if (is_gained) return server().on_subscription(handler);
  server().on_unsubscription(handler);
}
// Each subscription is told once, and its end once and later.
void Application::note_subscription(const Socket& socket, const std::string& channel,
                                    bool is_gained) {
  const std::pair<std::string, std::string> what(socket.id(), channel);
  if (is_gained) {
    SC_ASSERT(subscriptions_.insert(what).second);
  } else {
    SC_ASSERT(subscriptions_.erase(what) == 1);
  }
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
  const std::chrono::milliseconds delay(in_.below(3));
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

const std::array<Application::Action, 58> Application::kActions = {
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
    &Application::add_route,
    &Application::use_http_middleware,
    &Application::use_reply,
    &Application::keep_reply,
    &Application::drop_reply,
    &Application::write_to_stream,
    &Application::end_stream,
    &Application::watch_stream,
    &Application::drop_stream,
    &Application::use_http_next,
    &Application::run_blocking,
    &Application::sign_token,
};

}  // namespace socketcluster::fuzz
