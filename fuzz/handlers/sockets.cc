// SPDX-License-Identifier: MIT
// What the application does with sockets, and its answers to events.
#include "handlers/application.h"

namespace socketcluster::fuzz {

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

}  // namespace socketcluster::fuzz
