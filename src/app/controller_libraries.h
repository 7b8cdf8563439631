// SPDX-License-Identifier: MIT
// The libraries that a controller brings along: those that it needs and finds by `$ORIGIN` in its
// RUNPATH or RPATH. For the system that is the folder of the file that it loads, and a copy in
// memory (controller_copy.h) has none; so they have to be loaded first.
//
// Pure but for asking which files are there.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace socketcluster::app {

// Their paths in the order in which they are to be loaded. `bytes` are those of the file at `path`.
// REQUIRES: check_shared_object(bytes).
std::vector<std::string> libraries_of_origin(std::string_view bytes, const std::string& path);

}  // namespace socketcluster::app
