// SPDX-License-Identifier: MIT
// The stock `socketcluster` program: a complete publish/subscribe server without a line of user
// code.
#include <socketcluster/run.h>

int main(int argc, char** argv) {
  return socketcluster::run(argc, argv, {});
}
