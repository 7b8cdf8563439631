// SPDX-License-Identifier: MIT
// Calls what nobody offers.
#include <socketcluster/controller.h>

namespace shop {
int price(const char* article);
}

namespace {

void run_worker(socketcluster::Worker& /*worker*/) {
  shop::price("tea");
}

}  // namespace

SOCKETCLUSTER_WORKER_CONTROLLER(run_worker)
