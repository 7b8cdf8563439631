// SPDX-License-Identifier: MIT
#include "app/master_process.h"

#include <csignal>
#include <exception>
#include <iostream>
#include <string>

#include "app/controllers.h"
#include "app/process_setup.h"
#include "base/crash_handler.h"
#include "config/banner.h"
#include "supervisor/master_core.h"

namespace socketcluster::app {
namespace {

base::Status call_master_controller(const Controllers& controllers,
                                    supervisor::MasterCore& master) {
  if (!controllers.master) return base::Status::ok();
  try {
    controllers.master(master.api());
    return base::Status::ok();
  } catch (const std::exception& error) {
    return base::Failure{std::string("the master controller failed: ") + error.what()};
  } catch (...) {
    return base::Failure{"the master controller failed"};
  }
}

}  // namespace

base::Status run_master(const Options& options, const Controllers& own,
                        const supervisor::ProcessImage& image, base::Log& log) {
  base::install_crash_handler("master");
  std::signal(SIGPIPE, SIG_IGN);  // a peer that is gone is an error code, not a signal
  config::write_launching_banner(std::cout, options);
  if (base::Status there = await_controller_files(options, log); !there) return there;
  const base::Result<Controllers> controllers = master_controllers(options, own);
  if (!controllers) return controllers.error();
  raise_descriptor_limit();
  supervisor::MasterCore master(options, log, image);
  if (base::Status ready = call_master_controller(*controllers, master); !ready) return ready;
  master.set_started_handler(
      [&options](std::uint16_t port) { config::write_started_banner(std::cout, options, port); });
  return master.run();
}

}  // namespace socketcluster::app
