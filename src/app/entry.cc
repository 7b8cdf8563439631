// SPDX-License-Identifier: MIT
#include "app/entry.h"

#include <iostream>
#include <utility>

#include "app/check_health.h"
#include "app/child.h"
#include "app/master_process.h"
#include "app/serve.h"
#include "app/show_status.h"
#include "ipc/child_role.h"

namespace socketcluster::app {

int enter(const config::Program& program, int argc, char** argv, const Controllers& controllers,
          config::AppActions app) {
  if (const auto role = ipc::take_child_role()) {
    if (*role) return run_child(**role, controllers);
    std::cerr << role->error().text << std::endl;
    return config::kExitUsage;
  }
  return config::run_program(program, argc, argv,
                             {.start =
                                  [&](const Options& options, base::Log& log) {
                                    if (options.workers == 0)
                                      return serve_alone(options, controllers, log);
                                    return run_master(options, controllers,
                                                      supervisor::ProcessImage::here(argc, argv),
                                                      log);
                                  },
                              .status = &show_status,
                              .health = &check_health,
                              .app = std::move(app)});
}

}  // namespace socketcluster::app
