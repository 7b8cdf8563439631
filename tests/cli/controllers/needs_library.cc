// SPDX-License-Identifier: MIT
// Calls what only a library of its own offers.
#include <socketcluster/controller.h>
#include <socketcluster/socketcluster.h>

namespace shop {
int price(const char* article);
}

namespace {

namespace sc = socketcluster;

void run_worker(sc::Worker& worker) {
  worker.server().on("price", [](sc::Socket&, const sc::Json&, sc::Respond respond) {
    respond(shop::price("tea"));
  });
}

}  // namespace

SOCKETCLUSTER_WORKER_CONTROLLER(run_worker)
