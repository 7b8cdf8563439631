// SPDX-License-Identifier: MIT
// The applications behind the recorded transcripts.
#include "scenarios.h"

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace sc = socketcluster;

namespace conformance {

namespace {

void scenario_02(sc::Worker& worker) {
  worker.server().on_connection([](sc::Socket& socket) {
    socket.on("greet", [](const sc::Json&, sc::Respond) {});
    socket.emit("welcome", {{"hello", "world"}});
    socket.emit("nodata");
  });
}

void scenario_03(sc::Worker& worker) {
  worker.server().on_connection([](sc::Socket& socket) {
    socket.on("add", [](const sc::Json& data, sc::Respond respond) {
      respond(data.at("a").as_int64() + data.at("b").as_int64());
    });
    socket.on("empty", [](const sc::Json&, sc::Respond respond) { respond(); });
    socket.on("nullData", [](const sc::Json&, sc::Respond respond) { respond(sc::Json(nullptr)); });
    const std::pair<const char*, sc::Error> failures[] = {
        {"failError", sc::Error("Something broke")},
        {"failString", sc::Error::from_json("just a string")},
        {"failNamed",
         sc::Error("ValidationError", "Bad input", {{"field", "age"}, {"info", {{"min", 18}}}})},
        {"failObject", sc::Error::from_json({{"code", 7}, {"why", "plain object"}})},
        {"failNumber", sc::Error::from_json(42)},
        {"failType", sc::Error("typed")},
    };
    for (const auto& [event, error] : failures) {
      socket.on(event, [error = error](const sc::Json&, sc::Respond respond) { respond(error); });
    }
  });
}

std::string username_of(const sc::Json& data) {
  const sc::JsonObject* object = data.if_object();
  const sc::Json* name = object == nullptr ? nullptr : object->if_contains("username");
  return name != nullptr && name->is_string() ? std::string(name->get_string()) : std::string();
}

void scenario_04(sc::Worker& worker) {
  worker.server().on("go", [](sc::Socket& socket, const sc::Json&, sc::Respond respond) {
    respond();
    sc::Socket client = socket;
    socket.emit("ask", {{"q", 1}}, [client](const auto&, const sc::Json&) mutable {
      client.emit("askFail", {{"q", 1}}, [](const auto&, const sc::Json&) {});
    });
  });
}

void scenario_06(sc::Worker& worker) {
  worker.server().on("login", [](sc::Socket& socket, const sc::Json& data, sc::Respond respond) {
    socket.set_auth_token({{"username", username_of(data)}});
    respond();
  });
}

void scenario_07(sc::Worker& worker) {
  worker.server().use(sc::Line::kSubscribe, [](sc::SubscribeRequest& request, sc::Next next) {
    if (request.channel() == "secret") {
      return next(sc::Error("ForbiddenError", "Not allowed to read secret"));
    }
    if (request.channel() == "str") return next(sc::Error::from_json("string error"));
    next();
  });
}

void scenario_08(sc::Worker& worker) {
  worker.server().use(sc::Line::kPublishIn, [](sc::PublishInRequest& request, sc::Next next) {
    if (request.channel() == "ro") return next(sc::Error("ReadOnlyError", "Channel is read only"));
    next();
  });
  worker.server().use(sc::Line::kPublishOut, [](sc::PublishOutRequest& request, sc::Next next) {
    if (request.data() == sc::Json("hide")) return next(sc::Error("hidden"));
    next();
  });
}

void scenario_09(sc::Worker& worker) {
  sc::Server& server = worker.server();
  server.use(sc::Line::kSubscribe, [](sc::SubscribeRequest& request, sc::Next next) {
    request.channel() == "q" ? next.block_silently() : next();
  });
  server.use(sc::Line::kPublishIn, [](sc::PublishInRequest& request, sc::Next next) {
    request.channel() == "q" ? next.block_silently() : next();
  });
  server.use(sc::Line::kEmit, [](sc::EmitRequest& request, sc::Next next) {
    request.event() == "quiet" ? next.block_silently() : next();
  });
  server.on("quiet",
            [](sc::Socket&, const sc::Json&, sc::Respond respond) { respond(sc::Json("never")); });
}

void scenario_10(sc::Worker& worker) {
  sc::Server& server = worker.server();
  server.use(sc::Line::kEmit, [](sc::EmitRequest& request, sc::Next next) {
    if (request.event() != "danger") return next();
    next(sc::Error("BlockedError", "danger is blocked", {{"hint", "try safe"}}));
  });
  server.on("danger", [](sc::Socket&, const sc::Json&, sc::Respond respond) { respond(1); });
  server.on("safe", [](sc::Socket&, const sc::Json&, sc::Respond respond) { respond(2); });
}

void scenario_11(sc::Worker& worker) {
  sc::Server& server = worker.server();
  server.on("login", [](sc::Socket& socket, const sc::Json& data, sc::Respond respond) {
    socket.set_auth_token({{"username", username_of(data)}, {"roles", sc::JsonArray{"a"}}});
    respond();
  });
  server.on("loginAck", [](sc::Socket& socket, const sc::Json& data, sc::Respond respond) {
    sc::AuthTokenOptions options;
    options.expires_in = std::chrono::seconds(60);
    socket.set_auth_token(
        {{"username", username_of(data)}, {"n", 2}}, options,
        [respond](const std::optional<sc::Error>& error) { error ? respond(*error) : respond(); });
  });
  server.on("logout", [](sc::Socket& socket, const sc::Json&, sc::Respond respond) {
    socket.deauthenticate();
    respond();
  });
}

void scenario_15(sc::Worker& worker) {
  sc::Server& server = worker.server();
  server.on("login", [](sc::Socket& socket, const sc::Json&, sc::Respond respond) {
    sc::AuthTokenOptions options;
    options.expires_in = std::chrono::seconds(1);
    socket.set_auth_token({{"username", "eve"}}, options);
    respond();
  });
  server.on("noop",
            [](sc::Socket&, const sc::Json&, sc::Respond respond) { respond(sc::Json("ok")); });
}

// Everybody has to leave a moment after the client's publish.
void scenario_16(sc::Worker& worker) {
  worker.server().on_subscription([](sc::Socket& socket, const std::string&) {
    if (socket.subscriptions().size() == 3) socket.kick_out("a", "You were kicked");
  });
  worker.server().use(
      sc::Line::kPublishIn, [&worker](sc::PublishInRequest& request, sc::Next next) {
        next();
        worker.set_timeout(std::chrono::milliseconds(30), [socket = request.socket()]() mutable {
          socket.kick_out_all("Everyone out");
        });
      });
}

void scenario_18(sc::Worker& worker) {
  worker.server().on("bye", [](sc::Socket& socket, const sc::Json& data, sc::Respond respond) {
    respond();
    const sc::JsonObject* arguments = data.if_object();
    const sc::Json* code = arguments == nullptr ? nullptr : arguments->if_contains("code");
    if (code == nullptr || !code->is_int64()) return socket.disconnect();
    const sc::Json* reason = arguments->if_contains("data");
    socket.disconnect(static_cast<int>(code->get_int64()),
                      reason != nullptr && reason->is_string()
                          ? std::string_view(reason->get_string())
                          : std::string_view());
  });
}

template <int kCode>
void block_handshake(sc::Worker& worker) {
  worker.server().use(sc::Line::kHandshakeSc, [](sc::HandshakeScRequest&, sc::Next next) {
    if (kCode != 0) return next(sc::Error("Rejected", "Go away for good"), kCode);
    next(sc::Error("Rejected", "Not today"));
  });
}

void scenario_22(sc::Worker& worker) {
  worker.server().use(sc::Line::kHandshakeSc,
                      [](sc::HandshakeScRequest&, sc::Next next) { next.block_silently(); });
}

void scenario_23(sc::Worker& worker) {
  worker.server().use(sc::Line::kHandshakeWs, [](sc::HandshakeWsRequest&, sc::Next next) {
    next(sc::Error("Denied", "Blocked at the HTTP level"));
  });
}

void scenario_24(sc::Worker& worker) {
  worker.server().use(sc::Line::kHandshakeWs,
                      [](sc::HandshakeWsRequest&, sc::Next next) { next.block_silently(); });
}

void scenario_28(sc::Worker& worker) {
  sc::Server& server = worker.server();
  server.on("echo", [](sc::Socket&, const sc::Json& data, sc::Respond respond) { respond(data); });
  server.on("bin", [](sc::Socket&, const sc::Json&, sc::Respond respond) {
    respond({{"buf", sc::binary(std::string_view("\x00\x01\x02\xfd\xfe\xff", 6))},
             {"list", sc::JsonArray{sc::binary("hi")}}});
  });
}

// Nothing tells an application that a publish was refused: the delay lets the client's attempts
// pass.
void scenario_29(sc::Worker& worker) {
  worker.server().on_subscription([&worker](sc::Socket&, const std::string&) {
    worker.set_timeout(std::chrono::milliseconds(300),
                       [&worker] { worker.exchange().publish("x", "from server"); });
  });
}

void scenario_31(sc::Worker& worker) {
  sc::Server& server = worker.server();
  server.set_codec(sc::make_min_bin_codec());
  server.on("add", [](sc::Socket&, const sc::Json& data, sc::Respond respond) {
    respond(data.at("a").as_int64() + data.at("b").as_int64());
  });
  server.on("fail", [](sc::Socket&, const sc::Json&, sc::Respond respond) {
    respond(sc::Error("NopeError", "nope"));
  });
}

void scenario_32(sc::Worker& worker) {
  worker.server().on("echo",
                     [](sc::Socket&, const sc::Json& data, sc::Respond respond) { respond(data); });
}

void scenario_61(sc::Worker& worker) {
  worker.server().on("login", [](sc::Socket& socket, const sc::Json&, sc::Respond respond) {
    sc::AuthTokenOptions options;
    options.expires_in = std::chrono::seconds(10);
    socket.set_auth_token({{"u", 1}, {"exp", "not-a-number"}}, options);
    respond();
  });
}

// In a connection handler, for which the worker keeps the upgrade request.
void scenario_62(sc::Worker& worker) {
  worker.server().on_connection([](sc::Socket& socket) {
    socket.on("addresses", [&socket](const sc::Json&, sc::Respond respond) {
      respond({{"remoteAddress", socket.remote_address()},
               {"forwardedForAddress", socket.forwarded_address()}});
    });
  });
}

const std::map<std::string, Scenario> kScenarios = {
    {"02", scenario_02},           {"03", scenario_03},        {"04", scenario_04},
    {"06", scenario_06},           {"07", scenario_07},        {"08", scenario_08},
    {"09", scenario_09},           {"10", scenario_10},        {"11", scenario_11},
    {"15", scenario_15},           {"16", scenario_16},        {"18", scenario_18},
    {"20", block_handshake<4500>}, {"21", block_handshake<0>}, {"22", scenario_22},
    {"23", scenario_23},           {"24", scenario_24},        {"28", scenario_28},
    {"29", scenario_29},           {"31", scenario_31},        {"32", scenario_32},
    {"61", scenario_61},           {"62", scenario_62},        {"codec", scenario_codec},
    {"interop", scenario_interop}, {"rules", scenario_rules},  {"tls", scenario_tls}};

}  // namespace

Scenario find_scenario(const std::string& name) {
  const auto found = kScenarios.find(name);
  return found == kScenarios.end() ? nullptr : found->second;
}

}  // namespace conformance
