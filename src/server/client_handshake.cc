// SPDX-License-Identifier: MIT
// The handshake of a ClientSocket and its tokens (protocol sections 3 and 8).
//
//   #handshake -> handshakeSC line -> token given? -> engine -> authenticate line -> answer,
//   connection #authenticate ------------------------------------^
//
// Every arrow may take its time; what the client sends meanwhile waits.
#include <cmath>
#include <string>
#include <utility>

#include "auth/token.h"
#include "json/text.h"
#include "protocol/close_code.h"
#include "protocol/writer.h"
#include "server/client_socket.h"
#include "server/json_values.h"
#include "server/middleware.h"
#include "server/socket_server.h"
#include "server/socket_state.h"

namespace socketcluster::server {

using protocol::Dialect;
using protocol::Packet;

namespace {

constexpr int kRejected = protocol::to_int(protocol::CloseCode::kHandshakeRejected);

protocol::ErrorName error_name_of(auth::TokenFault fault) {
  switch (fault) {
    case auth::TokenFault::kExpired:
      return protocol::ErrorName::kAuthTokenExpired;
    case auth::TokenFault::kInvalid:
      return protocol::ErrorName::kAuthTokenInvalid;
    case auth::TokenFault::kNotBefore:
      return protocol::ErrorName::kAuthTokenNotBefore;
    case auth::TokenFault::kOther:
      return protocol::ErrorName::kAuthToken;
  }
  return protocol::ErrorName::kAuthToken;
}

}  // namespace

// ---- Handshake (section 3) ----

class ClientSocket::HandshakeScRun final : public LineRun<HandshakeScRequest> {
 public:
  HandshakeScRun(ClientSocket& socket, const Packet& packet)
      : LineRun("handshakeSC", socket.server_.log(), socket.server_.middleware().handshake_sc,
                socket.state().handle()),
        state_(socket.state()),
        rid_(socket.rid_of(packet)),
        token_(packet.auth_token) {}

 private:
  void finish(const Verdict& verdict) override {
    ClientSocket* socket = state_->live();
    if (socket == nullptr) return;
    if (verdict.is_allowed) {
      socket->present_token(token_, rid_);
    } else {
      socket->reject_handshake(rid_, verdict);
    }
    if (!socket->is_authenticating_) socket->action_decided();
  }

  StateRef state_;
  std::string rid_;
  PresentedToken token_;
};

ClientSocket::PresentedToken::PresentedToken(const json::RawValue& value)
    : is_given(!value.is_nullish()), is_text(value.is_string()) {
  if (is_text) {
    std::string scratch;
    text = json::string_value(value, scratch);
  }
}

void ClientSocket::handle_handshake(const Packet& packet) {
  const bool v2 = dialect() == Dialect::kV2;
  if (v2 && !wants_response(packet)) return close(kRejected, {});
  if (phase_ == Phase::kReady) {
    // v1 ignores a second one, v2 answers it again.
    if (v2) answer_handshake(rid_of(packet), AuthOutcome::good(is_authenticated()));
    return;
  }
  if (!server_.middleware().handshake_sc.is_empty()) {
    return run(new HandshakeScRun(*this, packet));
  }
  present_token(PresentedToken(packet.auth_token), std::string(rid_of(packet)));
}

void ClientSocket::present_token(const PresentedToken& token, std::string rid) {
  if (!token.is_given || (token.is_text && token.text.empty())) {
    return complete_handshake(rid, {});
  }
  verify_token(token, [rid = std::move(rid)](ClientSocket& socket, const AuthOutcome& outcome) {
    socket.complete_handshake(rid, outcome);
  });
}

void ClientSocket::complete_handshake(const std::string& rid, const AuthOutcome& outcome) {
  if (phase_ != Phase::kAwaitingHandshake) return;
  const bool v2 = dialect() == Dialect::kV2;
  // The original's order: v1 tells the application and removes the token first, v2 answers first.
  // Events before the answer would surprise clients whose generation is not known.
  const bool application_first = known_dialect_ == Dialect::kV1;
  phase_ = Phase::kReady;
  server_.promote(*this);
  if (outcome.is_bad_token && !v2) send_remove_auth_token(0);
  if (application_first) server_.report_connection(*this);
  answer_handshake(rid, outcome);
  begin_batching();
  if (outcome.is_bad_token && v2) send_remove_auth_token(0);
  if (!application_first) server_.report_connection(*this);
}

void ClientSocket::answer_handshake(std::string_view rid, const AuthOutcome& outcome) {
  if (rid.empty()) return;
  char id[protocol::SocketId::kTextLength];
  id_.write_text(id);
  std::string response;
  protocol::append_handshake_response(
      response, rid,
      {.id = {id, sizeof id},
       .ping_timeout_ms = static_cast<std::uint64_t>(server_.options().ping_timeout.count()),
       .auth_error_json = outcome.error_json,
       .is_authenticated = outcome.is_authenticated});
  send_packet(response);
}

// v1 clients look for the code in the data, v2 clients in the error (section 14).
void ClientSocket::reject_handshake(const std::string& rid, const Verdict& verdict) {
  server_.report_blocked(verdict, "handshakeSC");
  const bool tells_v1 = known_dialect_ != Dialect::kV2;
  const bool tells_v2 = known_dialect_ != Dialect::kV1;
  Json error = parse_json(blocked_error_json(verdict, "handshakeSC", "handshakeSC", "handshake"))
                   .value_or(Json());
  JsonObject* fields = error.if_object();
  int code = verdict.close_code.value_or(kRejected);
  if (fields != nullptr) {
    if (const Json* status = fields->if_contains("statusCode"); status && status->is_int64()) {
      code = static_cast<int>(status->get_int64());
    } else if (tells_v2) {
      fields->emplace("statusCode", code);
    }
  }
  if (!rid.empty()) {
    respond_error(rid, to_text(error),
                  tells_v1 ? protocol::rejection_data_json(code) : std::string());
  }
  disconnect(code, {});
}

// ---- #authenticate (section 8) ----

void ClientSocket::handle_authenticate(const Packet& packet) {
  if (dialect() == Dialect::kV2 && !wants_response(packet)) return close(kRejected, {});
  verify_token(PresentedToken(packet.data), [rid = std::string(rid_of(packet))](
                                                ClientSocket& socket, const AuthOutcome& outcome) {
    socket.answer_authenticate(rid, outcome);
  });
}

void ClientSocket::answer_authenticate(const std::string& rid, const AuthOutcome& outcome) {
  const bool v2 = dialect() == Dialect::kV2;
  if (outcome.is_bad_token && !v2) send_remove_auth_token(0);
  if (!rid.empty()) {
    if (outcome.is_bad_token) {
      const std::string status =
          R"({"isAuthenticated":false,"authError":)" + outcome.error_json + '}';
      respond_error(rid, outcome.error_json, v2 ? std::string_view() : std::string_view(status));
    } else {
      std::string response;
      protocol::append_authenticate_response(response, rid, outcome.is_authenticated,
                                             outcome.error_json);
      send_packet(response);
    }
  }
  if (outcome.is_bad_token && v2) send_remove_auth_token(0);
}

// ---- Judging a token ----

class ClientSocket::AuthenticateRun final : public LineRun<AuthenticateRequest> {
 public:
  AuthenticateRun(ClientSocket& socket, std::string token, JsonObject claims, AfterAuth then)
      : LineRun("authenticate", socket.server_.log(), socket.server_.middleware().authenticate,
                socket.state().handle(), Json(std::move(claims))),
        state_(socket.state()),
        token_(std::move(token)),
        then_(std::move(then)) {}

 private:
  void finish(const Verdict& verdict) override {
    ClientSocket* socket = state_->live();
    if (socket == nullptr) return;
    if (verdict.is_allowed) {
      socket->accept_token(token_, auth_token().as_object(), then_);
    } else {
      socket->server_.report_blocked(verdict, "authenticate");
      socket->state().drop_token();
      const AuthOutcome outcome{.is_bad_token = verdict.bad_token == BadToken::kYes,
                                .error_json = socket->blocked_error_json(
                                    verdict, "authenticate", "authenticate", "inbound")};
      socket->finish_authentication(then_, outcome);
    }
  }

  StateRef state_;
  std::string token_;
  AfterAuth then_;
};

void ClientSocket::verify_token(const PresentedToken& token, AfterAuth then) {
  if (token.is_given && !token.is_text) {
    const AuthOutcome refused{
        .is_bad_token = true,
        .error_json = protocol::error_json(protocol::token_not_a_string_error(dialect()))};
    return then(*this, refused);
  }
  is_authenticating_ = true;
  server_.auth_engine().verify(token.text, server_.wall_now(),
                               [keep = StateRef(state()), text = token.text,
                                then = std::move(then)](auth::Verdict verdict) mutable {
                                 ClientSocket* socket = keep->live();
                                 if (socket != nullptr)
                                   socket->token_verified(text, std::move(verdict),
                                                          std::move(then));
                               });
  if (is_authenticating_) hold_actions();
}

void ClientSocket::token_verified(const std::string& token, auth::Verdict verdict, AfterAuth then) {
  if (verdict.is_good()) {
    if (server_.middleware().authenticate.is_empty()) {
      return accept_token(token, std::move(verdict.claims()), then);
    }
    MiddlewareRun::start(
        new AuthenticateRun(*this, token, std::move(verdict.claims()), std::move(then)));
    return;
  }
  const auth::TokenError& error = verdict.error();
  const bool is_bad = error.fault != auth::TokenFault::kNotBefore;
  const protocol::WireError wire =
      protocol::token_error(dialect(), error_name_of(error.fault), error.message, error.date,
                            is_bad ? protocol::BadToken::kYes : protocol::BadToken::kNo);
  const AuthOutcome outcome{.is_bad_token = is_bad, .error_json = protocol::error_json(wire)};
  state().drop_token();
  server_.report_bad_token(*this, outcome.error_json, token);
  finish_authentication(then, outcome);
}

void ClientSocket::accept_token(const std::string& token, JsonObject claims, AfterAuth& then) {
  state().set_token(std::move(claims), token);
  finish_authentication(then, AuthOutcome::good(true));
}

void ClientSocket::finish_authentication(AfterAuth& then, const AuthOutcome& outcome) {
  is_authenticating_ = false;
  then(*this, outcome);
  if (phase_ != Phase::kOver) action_decided();
}

// ---- Tokens of an open socket ----

bool ClientSocket::is_authenticated() const {
  return state_ != nullptr && state_->is_authenticated();
}

void ClientSocket::send_auth_token(std::string_view token, std::uint64_t cid) {
  std::string packet;
  protocol::append_set_auth_token(packet, dialect(), token, cid);
  send_packet(packet);
}

void ClientSocket::send_remove_auth_token(std::uint64_t cid) {
  std::string packet;
  protocol::append_remove_auth_token(packet, dialect(), cid);
  send_packet(packet);
}

// A token that has run out ends the authentication; what the client wants goes on (section 8).
void ClientSocket::expire_token() {
  if (!is_authenticated()) return;
  const double now = std::chrono::duration<double>(server_.wall_now().time_since_epoch()).count();
  const std::optional<double> expiry = state_->token_expiry();
  if (!expiry || now < *expiry) return;
  state_->set_expired_at(static_cast<std::int64_t>(*expiry));
  state_->drop_token();
  send_remove_auth_token(0);
}

std::optional<Error> ClientSocket::token_expired_error() const {
  if (state_ == nullptr || !state_->expired_at()) return std::nullopt;
  return Error::from_json(
      parse_json(protocol::error_json(protocol::socket_token_expired_error(*state_->expired_at())))
          .value_or(Json()));
}

}  // namespace socketcluster::server
