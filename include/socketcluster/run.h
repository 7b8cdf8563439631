// SPDX-License-Identifier: MIT
// run(): a program's main function with everything that the stock `socketcluster` program does:
// command line, environment, config file, log, signals.
//
//   void run_worker(socketcluster::Worker& worker) { worker.http().serve_static("public"); }
//
//   int main(int argc, char** argv) { return socketcluster::run(argc, argv, {.worker =
//   run_worker}); }
#pragma once

#include <functional>

#include <socketcluster/broker.h>
#include <socketcluster/master.h>
#include <socketcluster/worker.h>

namespace socketcluster {

// The functions by which a program takes part. The options `workerController`, `brokerController`
// and `initController` name shared objects (controller.h) that replace or precede them.
struct Controllers {
  // Called in each worker before it accepts connections. An exception ends the worker with its
  // text.
  std::function<void(Worker& worker)> worker = {};
  // Called in each broker before it serves workers.
  std::function<void(Broker& broker)> broker = {};
  // Called in the master before it starts anything.
  std::function<void(Master& master)> master = {};
};

// Serves until SIGTERM or SIGINT. Returns the exit code: 0 after an orderly end, 1 when serving
// failed, 2 for a command line or configuration that is wrong (said in one line on stderr).
int run(int argc, char** argv, const Controllers& controllers);

}  // namespace socketcluster
