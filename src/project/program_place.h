// SPDX-License-Identifier: MIT
// Where this program is installed, or was built: from there it finds what belongs to it.
#pragma once

#include <filesystem>

namespace socketcluster::project {

// The folder above that of the executable: the prefix of an installation, or a build tree. Empty
// when the system does not tell.
std::filesystem::path program_prefix();

// Whether headers and libraries are there as well. Debian has them in a package of their own, since
// a server does not need them.
bool can_build_apps();
inline constexpr const char* kBuildRemedy =
    "install the package socketcluster-dev of this version, which brings the compiler as well (apt "
    "install ./socketcluster-dev_*.deb).";

}  // namespace socketcluster::project
