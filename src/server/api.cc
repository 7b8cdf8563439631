// SPDX-License-Identifier: MIT
// The public classes: thin handles on SocketState and SocketServer.
#include <utility>

#include <socketcluster/exchange.h>
#include <socketcluster/server.h>
#include <socketcluster/socket.h>

#include "base/assert.h"
#include "json/text.h"
#include "server/auth_adapter.h"
#include "server/client_socket.h"
#include "server/json_values.h"
#include "server/socket_server.h"
#include "server/socket_state.h"
#include "tls/peer.h"

namespace socketcluster {

// ---- Middleware ----

const Json& DataRequest::data() const {
  if (!data_) data_ = server::parse_json(data_json_).value_or(Json());
  return *data_;
}
void DataRequest::set_data(Json data) {
  data_ = std::move(data);
  is_text_stale_ = true;
  is_replaced_ = true;
}
std::string_view DataRequest::data_json() const {
  if (std::exchange(is_text_stale_, false)) {
    own_text_ = server::to_text(*data_);
    data_json_ = own_text_;
  }
  return data_json_;
}
void DataRequest::keep_text() {
  if (data_json_.data() == own_text_.data()) return;
  own_text_ = data_json_;
  data_json_ = own_text_;
}

// ---- Respond ----

Respond::Respond(server::SocketState& state, std::uint32_t slot) : state_(&state), slot_(slot) {
  state.retain_answer(slot);
}
Respond::Respond(const Respond& other) : state_(other.state_), slot_(other.slot_) {
  if (state_ != nullptr) state_->retain_answer(slot_);
}
Respond::Respond(Respond&& other) noexcept
    : state_(std::exchange(other.state_, nullptr)), slot_(other.slot_) {}
Respond& Respond::operator=(Respond other) noexcept {
  std::swap(state_, other.state_);
  std::swap(slot_, other.slot_);
  return *this;
}
Respond::~Respond() {
  if (state_ != nullptr) state_->release_answer(slot_);
}

bool Respond::is_wanted() const {
  return state_ != nullptr && state_->is_answer_wanted(slot_);
}
void Respond::operator()() const {
  if (is_wanted()) state_->answer(slot_, {});
}
void Respond::operator()(const Json& data) const {
  if (is_wanted()) state_->answer(slot_, server::to_text(data));
}
void Respond::fail(const Error& error) const {
  if (is_wanted()) state_->answer_error(slot_, server::to_text(error.json()));
}

// ---- Socket ----

Socket::Socket(server::SocketState& state, Uncounted /*tag*/) : state_(&state) {}
Socket::Socket(server::SocketState& state) : state_(&state) {
  state_->retain();
}
Socket::Socket(const Socket& other) : state_(other.state_) {
  state_->retain();
}
Socket& Socket::operator=(const Socket& other) {
  SC_ASSERT(this != &state_->handle());  // the one that handlers are given stands for its socket
  Socket copy(other);
  std::swap(state_, copy.state_);
  return *this;
}
Socket::~Socket() {
  if (state_ != nullptr) state_->release();
}

std::string Socket::id() const {
  return state_->id().text();
}
bool Socket::is_open() const {
  return state_->live() != nullptr && state_->live()->is_open();
}

void Socket::on(std::string_view event, EventHandler handler) {
  state_->set_handler(event, std::move(handler));
}
void Socket::off(std::string_view event) {
  state_->remove_handler(event);
}
void Socket::once(std::string_view event, EventHandler handler) {
  state_->set_once_handler(event, std::move(handler));
}
void Socket::on_raw(Handler<void(const std::string& message)> handler) {
  state_->set_listener(&server::SocketState::Listeners::raw, std::move(handler));
}
void Socket::on_authenticate(AuthTokenHandler handler) {
  state_->set_listener(&server::SocketState::Listeners::authenticate, std::move(handler));
}
void Socket::on_deauthenticate(AuthTokenHandler handler) {
  state_->set_listener(&server::SocketState::Listeners::deauthenticate, std::move(handler));
}
void Socket::on_subscribe(Handler<void(const std::string& channel, const Json& data)> handler) {
  state_->set_listener(&server::SocketState::Listeners::subscribe, std::move(handler));
}
void Socket::on_unsubscribe(Handler<void(const std::string& channel)> handler) {
  state_->set_listener(&server::SocketState::Listeners::unsubscribe, std::move(handler));
}
void Socket::on_disconnect(DisconnectHandler handler) {
  state_->set_disconnect_handler(std::move(handler));
}

void Socket::emit(std::string_view event) {
  if (server::ClientSocket* live = state_->live()) live->emit(event, {}, 0);
}
void Socket::emit(std::string_view event, const Json& data) {
  if (server::ClientSocket* live = state_->live()) live->emit(event, server::to_text(data), 0);
}
void Socket::emit(std::string_view event, const Json& data, AckHandler on_answer) {
  state_->emit_with_answer(event, server::to_text(data), std::move(on_answer));
}
void Socket::send(std::string_view text) {
  if (server::ClientSocket* live = state_->live()) live->send_text(text);
}

void Socket::kick_out(std::string_view channel, std::string_view message) {
  if (server::ClientSocket* live = state_->live()) live->kick_out(channel, message);
}
void Socket::kick_out_all(std::string_view message) {
  for (const std::string& channel : subscriptions()) kick_out(channel, message);
}
std::vector<std::string> Socket::subscriptions() const {
  const server::ClientSocket* live = state_->live();
  return live == nullptr ? std::vector<std::string>() : live->subscriptions();
}
bool Socket::is_subscribed(std::string_view channel) const {
  const server::ClientSocket* live = state_->live();
  return live != nullptr && live->is_subscribed(channel);
}

AuthState Socket::auth_state() const {
  return state_->is_authenticated() ? AuthState::kAuthenticated : AuthState::kUnauthenticated;
}
Json Socket::auth_token() const {
  return state_->token_claims();
}
Json Socket::auth_claim(std::string_view name) const {
  const Json* claim = state_->token_claim(name);
  return claim == nullptr ? Json() : *claim;
}
std::string Socket::auth_text(std::string_view name) const {
  const Json* claim = state_->token_claim(name);
  return claim != nullptr && claim->is_string() ? std::string(claim->get_string()) : std::string();
}
std::string Socket::signed_auth_token() const {
  return state_->signed_token();
}
void Socket::set_auth_token(const Json& claims, const AuthTokenOptions& options,
                            DoneHandler on_done) {
  state_->sign_token(claims.is_object() ? claims.get_object() : JsonObject(),
                     server::sign_options(options), std::move(on_done));
}
void Socket::deauthenticate(DoneHandler on_done) {
  state_->deauthenticate(std::move(on_done));
}
void Socket::deauthenticate_self() {
  state_->drop_token();
}

const std::optional<HttpRequest>& Socket::request() const {
  return state_->request();
}
std::string Socket::forwarded_address() const {
  return state_->forwarded_address();
}
std::any& Socket::user_data() {
  return state_->user_data();
}

void Socket::disconnect(int code, std::string_view reason) {
  if (server::ClientSocket* live = state_->live()) live->disconnect(code, reason);
}
void Socket::terminate() {
  if (server::ClientSocket* live = state_->live()) live->terminate();
}

std::string Socket::remote_address() const {
  const server::ClientSocket* live = state_->live();
  return live == nullptr ? std::string() : live->connection()->remote_address();
}
std::uint16_t Socket::remote_port() const {
  const server::ClientSocket* live = state_->live();
  return live == nullptr ? std::uint16_t{0} : live->connection()->remote_port();
}
bool Socket::is_encrypted() const {
  const server::ClientSocket* live = state_->live();
  return live != nullptr && live->connection()->transport() != nullptr;
}
std::optional<TlsDetails> Socket::tls() const {
  const server::ClientSocket* live = state_->live();
  if (live == nullptr) return std::nullopt;
  const auto peer = tls::Peer::of(*live->connection());
  if (peer == nullptr) return std::nullopt;
  return peer->details();
}

// ---- Server ----

void Server::on_connection(ConnectionHandler handler) {
  core_.set_connection_handler(std::move(handler));
}
void Server::on(std::string_view event, SocketEventHandler handler) {
  core_.set_event_handler(event, std::move(handler));
}
namespace {
template <typename Line, typename Function>
MiddlewareId add_to(server::SocketServer& core, Line& line, Function function) {
  const MiddlewareId id = core.next_middleware_id();
  line.add(id, std::move(function));
  return id;
}
}  // namespace

MiddlewareId Server::add(LineTag<HandshakeWsRequest> /*line*/,
                         LineTag<HandshakeWsRequest>::Function function) {
  return add_to(core_, core_.middleware().handshake_ws, std::move(function));
}
MiddlewareId Server::add(LineTag<HandshakeScRequest> /*line*/,
                         LineTag<HandshakeScRequest>::Function function) {
  return add_to(core_, core_.middleware().handshake_sc, std::move(function));
}
MiddlewareId Server::add(LineTag<AuthenticateRequest> /*line*/,
                         LineTag<AuthenticateRequest>::Function function) {
  return add_to(core_, core_.middleware().authenticate, std::move(function));
}
MiddlewareId Server::add(LineTag<EmitRequest> /*line*/, LineTag<EmitRequest>::Function function) {
  return add_to(core_, core_.middleware().emit, std::move(function));
}
MiddlewareId Server::add(LineTag<SubscribeRequest> /*line*/,
                         LineTag<SubscribeRequest>::Function function) {
  return add_to(core_, core_.middleware().subscribe, std::move(function));
}
MiddlewareId Server::add(LineTag<PublishInRequest> /*line*/,
                         LineTag<PublishInRequest>::Function function) {
  return add_to(core_, core_.middleware().publish_in, std::move(function));
}
MiddlewareId Server::add(LineTag<PublishOutRequest> /*line*/,
                         LineTag<PublishOutRequest>::Function function) {
  return add_to(core_, core_.middleware().publish_out, std::move(function));
}

void Server::remove_middleware(MiddlewareId id) {
  core_.middleware().for_each([id](auto& line) { line.remove(id); });
}
void Server::set_auth_engine(std::unique_ptr<AuthEngine> engine) {
  core_.set_auth_engine(server::adapt_auth_engine(std::move(engine), core_.log()));
}

void Server::set_codec(std::unique_ptr<Codec> codec) {
  core_.set_codec(std::move(codec));
}

void Server::on_handshake(ConnectionHandler handler) {
  core_.handlers().handshake = std::move(handler);
}
void Server::on_disconnection(EndHandler handler) {
  core_.handlers().disconnection = std::move(handler);
}
void Server::on_connection_abort(EndHandler handler) {
  core_.handlers().connection_abort = std::move(handler);
}
void Server::on_closure(EndHandler handler) {
  core_.handlers().closure = std::move(handler);
}
void Server::on_subscription(ChannelHandler handler) {
  core_.handlers().subscription = std::move(handler);
}
void Server::on_unsubscription(ChannelHandler handler) {
  core_.handlers().unsubscription = std::move(handler);
}
void Server::on_authentication(TokenHandler handler) {
  core_.handlers().authentication = std::move(handler);
}
void Server::on_deauthentication(TokenHandler handler) {
  core_.handlers().deauthentication = std::move(handler);
}
void Server::on_bad_auth_token(BadTokenHandler handler) {
  core_.handlers().bad_auth_token = std::move(handler);
}
void Server::on_warning(Handler<void(const std::string& text)> handler) {
  core_.handlers().warning = std::move(handler);
}

Exchange& Server::exchange() {
  return core_.exchange().api();
}
std::size_t Server::clients_count() const {
  return core_.clients_count();
}
std::size_t Server::pending_clients_count() const {
  return core_.pending_count();
}
void Server::for_each_client(const std::function<void(Socket&)>& visit) {
  core_.for_each_client(visit);
}

}  // namespace socketcluster
