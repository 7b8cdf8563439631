// SPDX-License-Identifier: MIT
#include <socketcluster/run.h>

#include "app/entry.h"

namespace socketcluster {

int run(int argc, char** argv, const Controllers& controllers) {
  return app::enter({.name = "", .starts_without_command = true}, argc, argv, controllers);
}

}  // namespace socketcluster
