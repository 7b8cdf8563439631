// SPDX-License-Identifier: MIT
// Comes first in every process: its handler of `answer` is the one that worker.cc replaces.
#include <socketcluster/controller.h>
#include <socketcluster/socketcluster.h>

namespace sc = socketcluster;

namespace {

void run_worker(sc::Worker& worker) {
  for (const char* event : {"answer", "init"}) {
    worker.server().on(event,
                       [](sc::Socket&, const sc::Json&, sc::Respond respond) { respond("init"); });
  }
}

void run_master(sc::Master& master) {
  master.on_ready([&master] { master.log("the master has its init controller"); });
}

}  // namespace

SOCKETCLUSTER_WORKER_CONTROLLER(run_worker)
SOCKETCLUSTER_MASTER_CONTROLLER(run_master)
