// SPDX-License-Identifier: MIT
// The application behind the recorded transcripts, on the public API only.
// tests/conformance/README.md describes its command line and what each scenario does.
#include <cstdlib>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <socketcluster/socketcluster.h>

namespace sc = socketcluster;

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

void scenario_interop(sc::Worker& worker) {
  sc::Server& server = worker.server();
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
  server.on("serverPublish", [&server](sc::Socket&, const sc::Json& data, sc::Respond respond) {
    server.exchange().publish(data.at("channel").as_string(), data.at("data"));
    respond();
  });
  server.on("bye", [](sc::Socket& socket, const sc::Json& data, sc::Respond respond) {
    respond();
    const sc::JsonObject& arguments = data.as_object();
    const sc::Json* code = arguments.if_contains("code");
    const sc::Json* reason = arguments.if_contains("reason");
    socket.disconnect(
        code != nullptr ? static_cast<int>(code->as_int64()) : 1000,
        reason != nullptr ? std::string_view(reason->as_string()) : std::string_view());
  });
}

using Scenario = void (*)(sc::Worker&);
const std::map<std::string, Scenario> kScenarios = {
    {"02", scenario_02}, {"03", scenario_03}, {"interop", scenario_interop}};

}  // namespace

int main(int argc, char** argv) {
  std::string scenario;
  std::string options = "{}";
  std::vector<std::string> arguments = {argv[0], "start", "--host", "127.0.0.1"};
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    if (argument == "--scenario" && i + 1 < argc) {
      scenario = argv[++i];
    } else if (argument == "--options" && i + 1 < argc) {
      options = argv[++i];
    } else {
      arguments.push_back(argument);
    }
  }
  sc::Json parsed = boost::json::parse(options);
  parsed.as_object().emplace("authKey", "transcript-key");
  ::setenv("SOCKETCLUSTER_OPTIONS", boost::json::serialize(parsed).c_str(), 1);
  std::vector<char*> pointers;
  for (std::string& argument : arguments) pointers.push_back(argument.data());

  const auto found = kScenarios.find(scenario);
  sc::Controllers controllers;
  if (found != kScenarios.end()) controllers.worker = found->second;
  return sc::run(static_cast<int>(pointers.size()), pointers.data(), controllers);
}
