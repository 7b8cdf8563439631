// SPDX-License-Identifier: MIT
#include <socketcluster/run.h>

#include "app/serve.h"
#include "config/program.h"

namespace socketcluster {

int run(int argc, char** argv, const Controllers& controllers) {
  return config::run_program({}, argc, argv,
                             [&controllers](const Options& options, base::Log& log) {
                               return app::serve(options, controllers, log);
                             });
}

}  // namespace socketcluster
