// SPDX-License-Identifier: MIT
// Where this program is installed, or was built: from there it finds what belongs to it.
#pragma once

#include <filesystem>

namespace socketcluster::project {

// The folder above that of the executable: the prefix of an installation, or a build tree. Empty
// when the system does not tell.
std::filesystem::path program_prefix();

}  // namespace socketcluster::project
