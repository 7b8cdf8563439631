// A broker owns channels and a key-value store that all workers share. This one counts for them:
// worker.exchange().run("count", name, ...) in a worker calls it.
#include <socketcluster/controller.h>
#include <socketcluster/socketcluster.h>

#include "controllers.h"

namespace sc = socketcluster;

void run_broker(sc::Broker& broker) {
  broker.procedure("count", [&broker](const sc::Json& name, sc::MessageRespond respond) {
    const sc::Json key = {"counts", name};
    const int count = broker.data().get(key).value_or(0).to_number<int>() + 1;
    broker.data().set(key, count);
    respond(count);
  });
}

// For build/broker.so, which `socketcluster start --bc build/broker.so` loads.
SOCKETCLUSTER_BROKER_CONTROLLER(run_broker)
