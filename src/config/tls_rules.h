// SPDX-License-Identifier: MIT
// What the options of TLS must be among each other. What is in the files is not looked at.
#pragma once

#include <string>
#include <vector>

#include <socketcluster/options.h>

namespace socketcluster::config {

// One sentence per thing that is wrong.
void check_tls(const Options& options, std::vector<std::string>& errors);

}  // namespace socketcluster::config
