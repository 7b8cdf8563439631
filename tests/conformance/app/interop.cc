// SPDX-License-Identifier: MIT
// What real clients talk to in tests/interop.
#include <chrono>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include "scenarios.h"

namespace sc = socketcluster;

namespace conformance {

namespace {

// A member of an object; null when it is not there.
sc::Json member(const sc::Json& data, std::string_view name) {
  const sc::JsonObject* object = data.if_object();
  const sc::Json* found = object == nullptr ? nullptr : object->if_contains(name);
  return found == nullptr ? sc::Json() : *found;
}

std::string text_member(const sc::Json& data, std::string_view name) {
  const sc::Json value = member(data, name);
  return value.is_string() ? std::string(value.get_string()) : std::string();
}

void add_calls(sc::Server& server) {
  server.on("echo", [](sc::Socket&, const sc::Json& data, sc::Respond respond) { respond(data); });
  server.on("refuse", [](sc::Socket&, const sc::Json& data, sc::Respond respond) {
    respond(sc::Error("NopeError", "nope", {{"hint", data}}));
  });
  server.on("note", [](sc::Socket& socket, const sc::Json& data, sc::Respond) {
    socket.emit("noted", data);
  });
  server.on("ask", [](sc::Socket& socket, const sc::Json& data, sc::Respond respond) {
    socket.emit("question", data,
                [respond](const std::optional<sc::Error>& error, const sc::Json& answer) {
                  if (error) return respond(*error);
                  respond(answer);
                });
  });
  server.on("throw", [](sc::Socket&, const sc::Json& data, sc::Respond) {
    throw std::runtime_error(text_member(data, "message"));
  });
  server.on("bytes", [](sc::Socket&, const sc::Json&, sc::Respond respond) {
    respond({{"buf", sc::binary(std::string_view("\x00\x01\x02\xfd\xfe\xff", 6))},
             {"list", sc::JsonArray{sc::binary("hi")}}});
  });
}

void add_channels(sc::Server& server) {
  server.on("serverPublish", [&server](sc::Socket&, const sc::Json& data, sc::Respond respond) {
    server.exchange().publish(data.at("channel").as_string(), data.at("data"));
    respond();
  });
  server.on("throwOut", [](sc::Socket& socket, const sc::Json& data, sc::Respond respond) {
    const std::string channel = text_member(data, "channel");
    const std::string message = text_member(data, "message");
    channel.empty() ? socket.kick_out_all(message) : socket.kick_out(channel, message);
    respond();
  });
  server.on("subscriptions", [](sc::Socket& socket, const sc::Json&, sc::Respond respond) {
    sc::JsonArray channels;
    for (const std::string& channel : socket.subscriptions()) channels.emplace_back(channel);
    respond(sc::Json(channels));
  });
}

// The socket that has asked for it is told of the others' subscriptions and ends, one text each.
void add_watching(sc::Server& server) {
  const auto watcher = std::make_shared<std::optional<sc::Socket>>();
  const auto tell = [watcher](const sc::Socket& socket, const std::string& what) {
    if (*watcher && !(**watcher == socket)) (*watcher)->emit("noted", sc::Json(what));
  };
  server.on("watch", [watcher](sc::Socket& socket, const sc::Json&, sc::Respond respond) {
    watcher->emplace(socket);
    respond();
  });
  server.on_subscription(
      [tell](sc::Socket& socket, const std::string& c) { tell(socket, "+" + c); });
  server.on_unsubscription(
      [tell](sc::Socket& socket, const std::string& c) { tell(socket, "-" + c); });
  server.on_disconnection(
      [tell](sc::Socket& socket, int, const std::string&) { tell(socket, "end"); });
}

void login(sc::Socket& socket, const sc::Json& data, sc::Respond respond) {
  sc::AuthTokenOptions options;
  const sc::Json seconds = member(data, "expiresIn");
  if (seconds.is_int64()) options.expires_in = std::chrono::seconds(seconds.get_int64());
  if (!member(data, "confirm").is_bool()) {
    socket.set_auth_token(member(data, "claims"), options);
    return respond();
  }
  socket.set_auth_token(
      member(data, "claims"), options,
      [respond](const std::optional<sc::Error>& error) { error ? respond(*error) : respond(); });
}

void add_authentication(sc::Server& server) {
  server.on("login", login);
  server.on("logout", [](sc::Socket& socket, const sc::Json&, sc::Respond respond) {
    socket.deauthenticate();
    respond();
  });
  server.on("whoami", [](sc::Socket& socket, const sc::Json&, sc::Respond respond) {
    respond(socket.auth_token());
  });
}

void add_ends(sc::Server& server) {
  server.on("bye", [](sc::Socket& socket, const sc::Json& data, sc::Respond respond) {
    respond();
    const sc::Json code = member(data, "code");
    socket.disconnect(code.is_int64() ? static_cast<int>(code.get_int64()) : 1000,
                      text_member(data, "reason"));
  });
}

// `refuse` in the query of the upgrade request says how a handshake ends.
void add_handshake_rules(sc::Server& server) {
  server.use(sc::Line::kHandshakeWs, [](sc::HandshakeWsRequest& request, sc::Next next) {
    const std::string how = request.http().query_param("refuse").value_or("");
    if (how == "ws") return next(sc::Error("DeniedError", "No upgrade"));
    how == "ws-silent" ? next.block_silently() : next();
  });
  server.use(sc::Line::kHandshakeSc, [](sc::HandshakeScRequest& request, sc::Next next) {
    const auto& http = request.socket().request();
    const std::string how = http ? http->query_param("refuse").value_or("") : "";
    const sc::Error error("RejectedError", "No handshake", {{"hint", how}});
    if (how == "sc") return next(error);
    if (how == "sc-4500") return next(error, 4500);
    how == "sc-silent" ? next.block_silently() : next();
  });
  server.use(sc::Line::kAuthenticate, [](sc::AuthenticateRequest& request, sc::Next next) {
    const std::string how = text_member(request.auth_token(), "refuse");
    const sc::Error error("UnwelcomeError", "This token is not welcome");
    if (how == "keep") return next(error);
    if (how == "forget") return next(error, sc::BadToken::kYes);
    how == "silent" ? next.block_silently() : next();
  });
}

// What the name of an event or a channel begins with decides about it.
template <typename Request>
void judge(const std::string& name, const std::string& line, Request& request, sc::Next& next) {
  if (name == "no-" + line) {
    return next(sc::Error("ForbiddenError", "Not allowed: " + line, {{"hint", request.data()}}));
  }
  if (name == "quiet-" + line) return next.block_silently();
  if (name == "new-" + line) request.set_data({{"replaced", request.data()}});
  next();
}

void add_rules(sc::Server& server) {
  server.use(sc::Line::kEmit, [](sc::EmitRequest& request, sc::Next next) {
    judge(request.event(), "emit", request, next);
  });
  server.use(sc::Line::kSubscribe, [](sc::SubscribeRequest& request, sc::Next next) {
    judge(request.channel(), "subscribe", request, next);
  });
  server.use(sc::Line::kPublishIn, [](sc::PublishInRequest& request, sc::Next next) {
    judge(request.channel(), "publish-in", request, next);
  });
  server.use(sc::Line::kPublishOut, [](sc::PublishOutRequest& request, sc::Next next) {
    judge(request.channel(), "publish-out", request, next);
  });
  for (const char* event : {"no-emit", "quiet-emit", "new-emit"}) {
    server.on(event, [](sc::Socket&, const sc::Json& data, sc::Respond respond) { respond(data); });
  }
}

}  // namespace

void scenario_interop(sc::Worker& worker) {
  add_calls(worker.server());
  add_channels(worker.server());
  add_watching(worker.server());
  add_authentication(worker.server());
  add_ends(worker.server());
}

void scenario_rules(sc::Worker& worker) {
  scenario_interop(worker);
  add_handshake_rules(worker.server());
  add_rules(worker.server());
}

void scenario_codec(sc::Worker& worker) {
  worker.server().set_codec(sc::make_min_bin_codec());
  scenario_interop(worker);
}

}  // namespace conformance
