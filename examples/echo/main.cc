// SPDX-License-Identifier: MIT
// The smallest RPC service: the event `echo` is answered with its own data. One handler serves all
// sockets, so a connection costs no more than without it.
#include <socketcluster/socketcluster.h>

namespace sc = socketcluster;

void run_worker(sc::Worker& worker) {
  worker.server().on("echo", [](sc::Socket& /*socket*/, const sc::Json& data, sc::Respond respond) {
    respond(data);
  });
}

int main(int argc, char** argv) {
  return sc::run(argc, argv, {.worker = run_worker});
}
