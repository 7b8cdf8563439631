// SPDX-License-Identifier: MIT
#include <socketcluster/controller.h>

namespace sc = socketcluster;

namespace {

void run_broker(sc::Broker& broker) {
  broker.procedure("double", [](const sc::Json& data, sc::MessageRespond respond) {
    respond(2 * data.to_number<int>());
  });
}

}  // namespace

SOCKETCLUSTER_BROKER_CONTROLLER(run_broker)
