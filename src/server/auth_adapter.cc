// SPDX-License-Identifier: MIT
#include "server/auth_adapter.h"

#include <exception>
#include <string>
#include <utility>

namespace socketcluster::server {
namespace {

std::optional<std::chrono::seconds> public_timespan(const auth::Timespan& timespan) {
  const double* seconds = std::get_if<double>(&timespan);
  if (seconds == nullptr) return std::nullopt;
  return std::chrono::seconds(static_cast<std::int64_t>(*seconds));
}

auth::Timespan timespan(const std::optional<std::chrono::seconds>& seconds) {
  if (!seconds) return {};
  return static_cast<double>(seconds->count());
}

AuthTokenOptions public_options(const auth::SignOptions& options) {
  return {.expires_in = public_timespan(options.expires_in),
          .not_before = public_timespan(options.not_before),
          .audience = options.audience,
          .issuer = options.issuer,
          .subject = options.subject,
          .jwt_id = options.jwtid,
          .key_id = options.keyid,
          .no_timestamp = options.no_timestamp,
          .header = options.header};
}

std::string text_field(const Error& error, std::string_view name) {
  const JsonObject* fields = error.json().if_object();
  const Json* field = fields == nullptr ? nullptr : fields->if_contains(name);
  return field != nullptr && field->is_string() ? std::string(field->get_string()) : std::string();
}

// The error of an application's engine, by the name that it carries.
auth::TokenError token_error(const VerifiedToken& result) {
  auth::TokenError error;
  const std::string_view name = result.error ? result.error->name() : std::string_view();
  if (name == "AuthTokenExpiredError") {
    error.fault = auth::TokenFault::kExpired;
    error.date = text_field(*result.error, "expiry");
  } else if (name == "AuthTokenInvalidError") {
    error.fault = auth::TokenFault::kInvalid;
  } else if (name == "AuthTokenNotBeforeError" || !result.is_bad_token) {
    error.fault = auth::TokenFault::kNotBefore;
    if (result.error) error.date = text_field(*result.error, "date");
  }
  if (result.error) error.message = result.error->message();
  return error;
}

class EngineAdapter final : public auth::AuthEngine {
 public:
  EngineAdapter(std::unique_ptr<socketcluster::AuthEngine> engine, WorkerLog& log)
      : engine_(std::move(engine)), log_(log) {}

  void verify(std::string_view token, auth::WallTime /*now*/, OnVerified done) override {
    if (token.empty()) {
      return done(auth::TokenError{auth::TokenFault::kInvalid, "jwt must be provided", {}});
    }
    // std::function wants a copyable target; whichever copy is called first counts.
    auto shared = std::make_shared<OnVerified>(std::move(done));
    const auto finish = [shared](VerifiedToken result) {
      OnVerified once = std::move(*shared);
      if (!once) return;
      if (result.claims) {
        once(auth::Verdict(std::move(*result.claims)));
      } else {
        once(auth::Verdict(token_error(result)));
      }
    };
    // The token may be good: the client is not told to forget it.
    guard([&] { engine_->verify(std::string(token), finish); },
          [&](const char* text) {
            finish({.claims = {}, .error = Error(text), .is_bad_token = false});
          });
  }

  void sign(JsonObject claims, auth::SignOptions options, auth::WallTime /*now*/,
            OnSigned done) override {
    auto shared = std::make_shared<OnSigned>(std::move(done));
    const auto finish = [shared](std::optional<SignedAuthToken> token) {
      OnSigned once = std::move(*shared);
      if (!once) return;
      if (!token) return once(base::Failure{"the auth engine did not sign it"});
      once(auth::SignedToken{std::move(token->text), std::move(token->claims)});
    };
    guard([&] { engine_->sign(claims, public_options(options), finish); },
          [&](const char* /*text*/) { finish(std::nullopt); });
  }

 private:
  template <typename Call, typename OnThrow>
  void guard(Call&& call, OnThrow&& on_throw) {
    WorkerLog& log = log_;  // the call may put another engine in the place of this one
    const auto threw = [&](const char* text) {
      log.user_code_threw(std::string("the auth engine threw: ") + text);
      on_throw(text);
    };
    try {
      call();
    } catch (const std::exception& error) {
      threw(error.what());
    } catch (...) {
      threw("unknown exception");
    }
  }

  std::unique_ptr<socketcluster::AuthEngine> engine_;
  WorkerLog& log_;
};

}  // namespace

auth::SignOptions sign_options(const AuthTokenOptions& options) {
  auth::SignOptions out;
  out.expires_in = timespan(options.expires_in);
  out.not_before = timespan(options.not_before);
  out.audience = options.audience;
  out.issuer = options.issuer;
  out.subject = options.subject;
  out.jwtid = options.jwt_id;
  out.keyid = options.key_id;
  out.no_timestamp = options.no_timestamp;
  out.header = options.header;
  return out;
}

std::unique_ptr<auth::AuthEngine> adapt_auth_engine(std::unique_ptr<AuthEngine> engine,
                                                    WorkerLog& log) {
  return std::make_unique<EngineAdapter>(std::move(engine), log);
}

}  // namespace socketcluster::server
