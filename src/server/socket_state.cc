// SPDX-License-Identifier: MIT
#include "server/socket_state.h"

#include <algorithm>
#include <exception>
#include <optional>
#include <utility>

#include "base/printable.h"
#include "net/timer_wheel.h"
#include "protocol/close_code.h"
#include "protocol/errors.h"
#include "server/client_socket.h"
#include "server/http_request_data.h"
#include "server/json_values.h"
#include "server/socket_server.h"

namespace socketcluster::server {

// An event of the server whose answer has not come yet.
class SocketState::PendingAnswer final : public net::Timer {
 public:
  PendingAnswer(SocketState& state, std::uint64_t cid, std::string_view event, AckHandler handler)
      : state_(state), cid_(cid), event_(event), handler_(std::move(handler)) {}

  const std::string& event() const { return event_; }
  AckHandler take_handler() { return std::move(handler_); }

 private:
  void on_timer() override {
    const Error error(protocol::error_name(protocol::ErrorName::kTimeout),
                      "Event response for '" + event_ + "' timed out");
    state_.finish_answer(cid_, error, Json());
  }

  SocketState& state_;
  std::uint64_t cid_;
  std::string event_;
  AckHandler handler_;
};

SocketState::SocketState(SocketServer& server, ClientSocket& live)
    : server_(server), live_(&live), id_(live.id()), handle_(*this, Socket::Uncounted{}) {}

SocketState::~SocketState() {
  handle_.state_ = nullptr;
}

// ---- Handlers ----

void SocketState::set_handler(std::string_view event, EventHandler handler) {
  if (live_ == nullptr) return;
  auto function = std::make_shared<const EventHandler>(std::move(handler));
  for (Handler& existing : handlers_) {
    if (existing.event == event) {
      existing.function = std::move(function);
      return;
    }
  }
  handlers_.push_back({std::string(event), std::move(function)});
}

void SocketState::remove_handler(std::string_view event) {
  const auto found =
      std::find_if(handlers_.begin(), handlers_.end(),
                   [event](const Handler& handler) { return handler.event == event; });
  if (found == handlers_.end()) return;
  const Handler removed =
      std::move(*found);  // destroyed last: what it captured may call this again
  handlers_.erase(found);
}

// The function takes its own registration out before the first call.
void SocketState::set_once_handler(std::string_view event, EventHandler handler) {
  set_handler(event, [this, name = std::string(event), handler = std::move(handler)](
                         const Json& data, Respond respond) {
    const EventHandler function = handler;  // NOLINT(performance-unnecessary-copy-initialization)
    remove_handler(name);                   // and this lambda with it
    function(data, std::move(respond));
  });
}

SocketState::Listeners& SocketState::listeners() {
  if (listeners_ == nullptr) listeners_ = std::make_unique<Listeners>();
  return *listeners_;
}

bool SocketState::hears_subscriptions() const {
  return listeners_ != nullptr && (listeners_->subscribe || listeners_->unsubscribe);
}

std::string SocketState::forwarded_address() const {
  if (!request_) return forwarded_address_;
  return request_->forwarded_address();
}

void SocketState::report_raw(std::string_view text) {
  if (listeners_ == nullptr || !listeners_->raw) return;
  const StateRef keep(*this);
  const auto handler = listeners_->raw;
  std::string message;
  throws("raw", message, [&] { handler(std::string(text)); });
}

void SocketState::report_subscription(const std::string& channel, const std::string& data_json) {
  if (listeners_ == nullptr || !listeners_->subscribe) return;
  const auto handler = listeners_->subscribe;
  std::string message;
  throws("subscribe", message, [&] { handler(channel, parse_json(data_json).value_or(Json())); });
}

void SocketState::report_unsubscription(const std::string& channel) {
  if (listeners_ == nullptr || !listeners_->unsubscribe) return;
  const auto handler = listeners_->unsubscribe;
  std::string message;
  throws("unsubscribe", message, [&] { handler(channel); });
}

void SocketState::report_token(bool is_gained, const Json& token) {
  if (listeners_ == nullptr) return;
  const AuthTokenHandler handler =
      is_gained ? listeners_->authenticate : listeners_->deauthenticate;
  std::string message;
  if (handler) throws("authentication", message, [&] { handler(token); });
}

void SocketState::set_disconnect_handler(DisconnectHandler handler) {
  if (live_ != nullptr) disconnect_handler_ = std::move(handler);
}

std::shared_ptr<const EventHandler> SocketState::handler(std::string_view event) const {
  for (const Handler& handler : handlers_) {
    if (handler.event == event) return handler.function;
  }
  return nullptr;
}

bool SocketState::has_handler(std::string_view event) const {
  return handler(event) != nullptr;
}

// The boundary to user code: what it throws becomes a text. Returns whether it threw.
template <typename Call>
bool SocketState::throws(std::string_view where, std::string& message, Call&& call) {
  try {
    call();
    return false;
  } catch (const std::exception& error) {
    message = error.what();
  } catch (...) {
    message = "unknown exception";
  }
  server_.log().user_code_threw("handler of '" + std::string(where) + "' threw: " + message);
  return true;
}

void SocketState::run_connection_handler(const Server::ConnectionHandler& handler) {
  const StateRef keep(*this);
  std::string message;
  throws("connection", message, [&] { handler(handle_); });
}

void SocketState::run_handler(std::string_view event, std::string_view data_json,
                              std::string_view rid_json,
                              const std::shared_ptr<const Server::SocketEventHandler>& shared) {
  const StateRef keep(*this);
  const auto own = handler(event);  // kept alive: it may remove itself
  Respond respond;
  if (!rid_json.empty()) respond = owe(rid_json);
  const std::optional<Json> data = parse_json(data_json);
  if (!data) {
    return respond(Error(protocol::error_name(protocol::ErrorName::kInvalidMessage),
                         "Event data could not be represented"));
  }
  std::string message;
  const bool threw = throws(event, message, [&] {
    if (own != nullptr) {
      (*own)(*data, respond);
    } else {
      (*shared)(handle_, *data, respond);
    }
  });
  if (threw) respond(Error(message));
}

// ---- Answers that user code owes ----

Respond SocketState::owe(std::string_view rid_json) {
  std::uint32_t slot = 0;
  if (free_slots_.empty()) {
    slot = static_cast<std::uint32_t>(owed_.size());
    owed_.emplace_back();
  } else {
    slot = free_slots_.back();
    free_slots_.pop_back();
  }
  owed_[slot].is_wanted = true;
  owed_[slot].rid_json = rid_json;
  return Respond(*this, slot);
}

void SocketState::retain_answer(std::uint32_t slot) {
  retain();
  ++owed_[slot].holders;
}

void SocketState::release_answer(std::uint32_t slot) {
  if (--owed_[slot].holders == 0) {
    owed_[slot] = Owed();
    free_slots_.push_back(slot);
  }
  release();
}

bool SocketState::is_answer_wanted(std::uint32_t slot) const {
  return live_ != nullptr && owed_[slot].is_wanted;
}

// Takes the answer that is owed; nothing when it was given already or nobody waits any more.
std::optional<std::string> SocketState::settle(std::uint32_t slot) {
  if (!is_answer_wanted(slot)) return std::nullopt;
  owed_[slot].is_wanted = false;
  return std::move(owed_[slot].rid_json);
}

void SocketState::answer(std::uint32_t slot, std::string_view data_json) {
  if (const auto rid = settle(slot)) live_->respond(*rid, data_json);
}

void SocketState::answer_error(std::uint32_t slot, std::string_view error_json) {
  if (const auto rid = settle(slot)) live_->respond_error(*rid, error_json);
}

// ---- Answers that user code waits for ----

void SocketState::emit_with_answer(std::string_view event, std::string_view data_json,
                                   AckHandler on_answer) {
  const std::uint64_t cid = await_answer(event, std::move(on_answer));
  if (live_ != nullptr) live_->emit(event, data_json, cid);
}

// Returns the cid to send. A socket that is over fails the call in a moment: nobody is called back
// from inside of their own call.
std::uint64_t SocketState::await_answer(std::string_view event, AckHandler on_answer) {
  const std::uint64_t cid = next_cid_++;
  auto pending = std::make_unique<PendingAnswer>(*this, cid, event, std::move(on_answer));
  net::EventLoop& loop = server_.loop();
  if (live_ == nullptr) {
    loop.defer([keep = StateRef(*this), pending = std::move(pending)]() mutable {
      keep->fail_answer(*pending);
    });
    return cid;
  }
  const auto timeout = static_cast<std::uint64_t>(server_.options().ack_timeout.count());
  loop.timers().arm(*pending, loop.now_ms() + timeout);
  pending_.emplace(cid, std::move(pending));
  return cid;
}

void SocketState::handle_answer(std::uint64_t rid, std::string_view error_json,
                                std::string_view data_json) {
  if (!pending_.contains(rid)) return;
  std::optional<Error> error;
  if (!error_json.empty()) error = Error::from_json(parse_json(error_json).value_or(Json()));
  finish_answer(rid, error, parse_json(data_json).value_or(Json()));
}

void SocketState::finish_answer(std::uint64_t cid, const std::optional<Error>& error,
                                const Json& data) {
  const auto node = pending_.extract(cid);
  if (node.empty()) return;
  const StateRef keep(*this);
  const AckHandler handler = node.mapped()->take_handler();
  std::string message;
  throws(node.mapped()->event(), message, [&] { handler(error, data); });
}

void SocketState::fail_answer(PendingAnswer& pending) {
  const Error error(protocol::error_name(protocol::ErrorName::kBadConnection),
                    "Event '" + pending.event() + "' was aborted due to a bad connection",
                    {{"type", "disconnect"}});
  const AckHandler handler = pending.take_handler();
  std::string message;
  throws(pending.event(), message, [&] { handler(error, Json()); });
}

// ---- Authentication (protocol section 8) ----

std::optional<double> SocketState::token_expiry() const {
  return token_ == nullptr ? std::nullopt : auth::expiry_of(token_->claims);
}

void SocketState::set_token(JsonObject claims, std::string text) {
  token_ = std::make_unique<Token>(Token{std::move(claims), std::move(text)});
  server_.report_token(*this, true, Json(token_->claims));
}

void SocketState::drop_token() {
  if (token_ == nullptr) return;
  const auto dropped = std::move(token_);
  server_.report_token(*this, false, Json(dropped->claims));
}

void SocketState::sign_token(JsonObject claims, auth::SignOptions options, DoneHandler on_done) {
  server_.auth_engine().sign(std::move(claims), std::move(options), server_.wall_now(),
                             [keep = StateRef(*this), on_done = std::move(on_done)](
                                 base::Result<auth::SignedToken> token) mutable {
                               keep->token_signed(std::move(token), std::move(on_done));
                             });
}

// v1 clients get the token before the answer of the handler that gave it, v2 clients behind it, as
// with the original servers.
void SocketState::token_signed(base::Result<auth::SignedToken> token, DoneHandler on_done) {
  const std::uint64_t cid = on_done ? await_answer("#setAuthToken", as_ack(std::move(on_done))) : 0;
  if (live_ == nullptr) return;
  if (token) {
    set_token(token->claims, token->text);
  } else {
    server_.warn("auth token of socket " + id_.text() +
                 " could not be signed: " + token.error().text);
  }
  std::string text = token ? std::move(token->text) : std::string();
  if (live_->dialect() == protocol::Dialect::kV1) return deliver_token(text, cid);
  server_.loop().defer(
      [keep = StateRef(*this), text = std::move(text), cid] { keep->deliver_token(text, cid); });
}

// An empty token: signing has failed.
void SocketState::deliver_token(const std::string& text, std::uint64_t cid) {
  if (live_ == nullptr) return;
  if (text.empty()) {
    live_->close(protocol::to_int(protocol::CloseCode::kSignFailed), {});
  } else {
    live_->send_auth_token(text, cid);
  }
}

// The same order as with a new token.
void SocketState::deauthenticate(DoneHandler on_done) {
  drop_token();
  const std::uint64_t cid =
      on_done ? await_answer("#removeAuthToken", as_ack(std::move(on_done))) : 0;
  if (live_ == nullptr) return;
  if (live_->dialect() == protocol::Dialect::kV1) return live_->send_remove_auth_token(cid);
  server_.loop().defer([keep = StateRef(*this), cid] {
    if (keep->live() != nullptr) keep->live()->send_remove_auth_token(cid);
  });
}

AckHandler SocketState::as_ack(DoneHandler on_done) {
  return [on_done = std::move(on_done)](const std::optional<Error>& error, const Json& /*data*/) {
    on_done(error);
  };
}

// ---- End ----

// Lets go of user code in any case: when the worker ends first, nobody is told, but what handlers
// have captured may refer to this state.
class SocketState::Farewell {
 public:
  explicit Farewell(SocketState& state) : state_(state) {}
  Farewell(const Farewell&) = delete;
  Farewell& operator=(const Farewell&) = delete;
  ~Farewell() { state_->drop_user_code(); }
  void tell(int code, const std::string& reason) { state_->tell_end(code, reason); }

 private:
  StateRef state_;
};

void SocketState::end(int code, std::string_view reason) {
  live_ = nullptr;
  server_.loop().defer([farewell = std::make_unique<Farewell>(*this), code,
                        reason = std::string(reason)] { farewell->tell(code, reason); });
}

void SocketState::tell_end(int code, const std::string& reason) {
  auto pending = std::exchange(pending_, {});
  for (auto& [cid, answer] : pending) {
    answer->cancel();
    fail_answer(*answer);
  }
  const DisconnectHandler disconnect_handler = std::exchange(disconnect_handler_, nullptr);
  std::string message;
  if (disconnect_handler) throws("disconnect", message, [&] { disconnect_handler(code, reason); });
}

// What the application keeps here may name this socket, which would then keep itself alive.
std::any& SocketState::user_data() {
  return is_told_ ? server_.discarded_user_data() : user_data_;
}

void SocketState::drop_user_code() {
  is_told_ = true;
  const std::any user_data = std::exchange(user_data_, {});
  const auto pending = std::exchange(pending_, {});
  const auto handlers = std::exchange(handlers_, {});
  const auto listeners = std::exchange(listeners_, nullptr);
  const auto disconnect_handler = std::exchange(disconnect_handler_, nullptr);
}

}  // namespace socketcluster::server
