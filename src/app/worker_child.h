// SPDX-License-Identifier: MIT
// A worker as the child of a master: connected to every broker before it serves, accepting on a
// socket of the master's or taking connections that the master deals out.
#pragma once

#include <socketcluster/run.h>

#include "app/child_log.h"
#include "app/child_start.h"
#include "base/result.h"
#include "ipc/child_role.h"

namespace socketcluster::app {

base::Status run_worker_child(const ipc::ChildRole& role, const ChildStart& start,
                              const Controllers& own, ChildLog& log);

}  // namespace socketcluster::app
