// SPDX-License-Identifier: MIT
// Loads a controller that is a shared object (socketcluster/controller.h). Everything that can be
// wrong with the file is found before a line of it runs, and is told in one line.
//
// Thread rule: main thread, before there are others.
#pragma once

#include <string>
#include <string_view>

#include <socketcluster/broker.h>
#include <socketcluster/controller.h>
#include <socketcluster/master.h>
#include <socketcluster/worker.h>

#include "base/result.h"

namespace socketcluster::app {

// What a file offers. Null: it does not. Valid to the end of the process.
struct ControllerFile {
  void (*worker)(Worker&) = nullptr;
  void (*broker)(Broker&) = nullptr;
  void (*master)(Master&) = nullptr;
};

enum class LoadFrom {
  kCopy,   // a private copy, whose origin may be overwritten while this process runs
  kPlace,  // the file itself, where a debugger finds it
};

// The failure begins with `option` and the path.
base::Result<ControllerFile> load_controller(std::string_view option, const std::string& path,
                                             LoadFrom from);

// Whether the stamps in these bytes, at least one, are those of this program.
base::Status check_stamps(std::string_view bytes);

}  // namespace socketcluster::app
