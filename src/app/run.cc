// SPDX-License-Identifier: MIT
#include <socketcluster/run.h>

#include "app/serve.h"
#include "app/show_status.h"
#include "config/program.h"

namespace socketcluster {

int run(int argc, char** argv, const Controllers& controllers) {
  const config::Program program{.name = "", .starts_without_command = true};
  return config::run_program(
      program, argc, argv,
      [&controllers](const Options& options, base::Log& log) {
        return app::serve(options, controllers, log);
      },
      &app::show_status);
}

}  // namespace socketcluster
