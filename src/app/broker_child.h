// SPDX-License-Identifier: MIT
// A broker as the child of a master.
#pragma once

#include <socketcluster/run.h>

#include "app/child_log.h"
#include "app/child_start.h"
#include "base/result.h"
#include "ipc/child_role.h"

namespace socketcluster::app {

base::Status run_broker_child(const ipc::ChildRole& role, const ChildStart& start,
                              const Controllers& own, ChildLog& log);

}  // namespace socketcluster::app
