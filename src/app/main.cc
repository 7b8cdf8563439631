// SPDX-License-Identifier: MIT
// The stock `socketcluster` program: a complete publish/subscribe server without a line of user
// code. Unlike a user's program it explains itself when it is called without a command.
#include "app/entry.h"
#include "project/commands.h"

int main(int argc, char** argv) {
  if (const auto code = socketcluster::project::run_project_command(argc, argv)) return *code;
  return socketcluster::app::enter({}, argc, argv, {});
}
