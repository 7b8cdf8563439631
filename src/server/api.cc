// SPDX-License-Identifier: MIT
// The public classes: thin handles on SocketState and SocketServer.
#include <utility>

#include <socketcluster/error.h>
#include <socketcluster/exchange.h>
#include <socketcluster/server.h>
#include <socketcluster/socket.h>

#include "base/assert.h"
#include "json/text.h"
#include "server/client_socket.h"
#include "server/json_values.h"
#include "server/socket_server.h"
#include "server/socket_state.h"

namespace socketcluster {

// ---- Error
// -----------------------------------------------------------------------------------------

Error::Error(std::string_view message) : json_(JsonObject{{"message", message}}) {}

Error::Error(std::string_view name, std::string_view message, const JsonObject& fields)
    : json_(JsonObject{{"message", message}, {"name", name}}) {
  for (const auto& field : fields) json_.get_object().emplace(field.key(), field.value());
}

Error Error::from_json(Json value) {
  Error error;
  error.json_ = std::move(value);
  return error;
}

namespace {
std::string_view member_text(const Json& json, std::string_view key) {
  const JsonObject* object = json.if_object();
  const Json* member = object == nullptr ? nullptr : object->if_contains(key);
  return member != nullptr && member->is_string() ? std::string_view(member->get_string())
                                                  : std::string_view();
}
}  // namespace

std::string_view Error::name() const {
  return member_text(json_, "name");
}

std::string_view Error::message() const {
  return json_.is_string() ? std::string_view(json_.get_string()) : member_text(json_, "message");
}

// ---- Respond
// ---------------------------------------------------------------------------------------

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
void Respond::operator()(const Error& error) const {
  if (is_wanted()) state_->answer_error(slot_, server::to_text(error.json()));
}

// ---- Socket
// ----------------------------------------------------------------------------------------

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
std::vector<std::string> Socket::subscriptions() const {
  const server::ClientSocket* live = state_->live();
  return live == nullptr ? std::vector<std::string>() : live->subscriptions();
}
bool Socket::is_subscribed(std::string_view channel) const {
  const server::ClientSocket* live = state_->live();
  return live != nullptr && live->is_subscribed(channel);
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

// ---- Exchange
// --------------------------------------------------------------------------------------

void Exchange::publish(std::string_view channel, const Json& data) {
  std::string channel_json;
  json::append_string(channel_json, channel);
  server_.publish(channel, channel_json, server::to_text(data));
}
void Exchange::subscribe(std::string_view channel, Handler handler) {
  server_.subscribe_exchange(channel, std::move(handler));
}
void Exchange::unsubscribe(std::string_view channel) {
  server_.unsubscribe_exchange(channel);
}
bool Exchange::is_subscribed(std::string_view channel) const {
  return server_.is_exchange_subscribed(channel);
}

// ---- Server
// ----------------------------------------------------------------------------------------

void Server::on_connection(ConnectionHandler handler) {
  core_.set_connection_handler(std::move(handler));
}
void Server::on(std::string_view event, SocketEventHandler handler) {
  core_.set_event_handler(event, std::move(handler));
}
Exchange& Server::exchange() {
  return core_.exchange_api();
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
