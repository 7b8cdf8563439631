// SPDX-License-Identifier: MIT
// A controller that comes to a container in a volume (packages.mjs).
#include <socketcluster/controller.h>
#include <socketcluster/socketcluster.h>

namespace sc = socketcluster;

static void run_worker(sc::Worker& worker) {
  worker.server().on_connection([](sc::Socket& socket) {
    socket.on("add", [](const sc::Json& data, sc::Respond respond) {
      respond(data.at("a").to_number<double>() + data.at("b").to_number<double>());
    });
  });
}
SOCKETCLUSTER_WORKER_CONTROLLER(run_worker)
