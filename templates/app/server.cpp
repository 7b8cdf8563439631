// The program of @APP_NAME@: what workers and brokers do is in worker.cpp and broker.cpp, everything else
// (command line, processes, log, signals) in SocketCluster.
#include <socketcluster/socketcluster.h>

#include "controllers.h"

int main(int argc, char** argv) {
  return socketcluster::run(argc, argv, {.worker = run_worker, .broker = run_broker});
}
