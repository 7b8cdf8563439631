// SPDX-License-Identifier: MIT
// The stock `socketcluster` program: a complete publish/subscribe server without a line of user
// code. Unlike a user's program it explains itself when it is called without a command.
#include "app/entry.h"

int main(int argc, char** argv) {
  return socketcluster::app::enter({}, argc, argv, {});
}
