// SPDX-License-Identifier: MIT
// The shared object that controller_file_test.cc loads, and of which it makes broken copies.
#include <socketcluster/controller.h>

namespace sc = socketcluster;

namespace {

void run_worker(sc::Worker& /*worker*/) {}
void run_master(sc::Master& /*master*/) {}

}  // namespace

SOCKETCLUSTER_WORKER_CONTROLLER(run_worker)
SOCKETCLUSTER_MASTER_CONTROLLER(run_master)
