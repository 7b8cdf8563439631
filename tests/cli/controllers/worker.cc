// SPDX-License-Identifier: MIT
// A worker controller that tells which one it is: compiled with different ANSWERs.
#include <socketcluster/controller.h>
#include <socketcluster/socketcluster.h>

#include <stdexcept>
#include <string_view>

namespace sc = socketcluster;

namespace {

void run_worker(sc::Worker& worker) {
  if (std::string_view(ANSWER) == "throw") throw std::runtime_error("no database");
  sc::Server& server = worker.server();
  server.on("answer", [](sc::Socket&, const sc::Json&, sc::Respond respond) { respond(ANSWER); });
  server.on("askBroker", [&worker](sc::Socket&, const sc::Json& data, sc::Respond respond) {
    worker.exchange().run("double", data, [respond](const auto& error, const sc::Json& value) {
      if (error) return respond(*error);
      respond(value);
    });
  });
}

}  // namespace

SOCKETCLUSTER_WORKER_CONTROLLER(run_worker)
