// SPDX-License-Identifier: MIT
// Names of apps: a folder, a CMake project, an npm package, an image and Kubernetes objects bear
// them. Pure.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace socketcluster::project {

// 1 to 50 letters, digits, '-' and '_', a letter first: never a path, a flag, or a word that CMake
// or a shell would read as something else.
base::Status check_app_name(std::string_view name);

// The name in the letters that npm and Kubernetes allow: "My_App" is "my-app".
std::string app_id(std::string_view name);

}  // namespace socketcluster::project
