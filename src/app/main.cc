// SPDX-License-Identifier: MIT
// The stock `socketcluster` program: a complete publish/subscribe server without a line of user
// code. Unlike a user's program it explains itself when it is called without a command.
#include "app/serve.h"
#include "app/show_status.h"
#include "config/program.h"

int main(int argc, char** argv) {
  using socketcluster::Options;
  namespace app = socketcluster::app;
  namespace base = socketcluster::base;
  namespace config = socketcluster::config;
  return config::run_program(
      {}, argc, argv,
      [](const Options& options, base::Log& log) { return app::serve(options, {}, log); },
      &app::show_status);
}
