// SPDX-License-Identifier: MIT
// The version of the library that this code is compiled against. The build fails when it differs
// from the version of the project (cmake/ScInstall.cmake).
#pragma once

#define SOCKETCLUSTER_VERSION_MAJOR 0
#define SOCKETCLUSTER_VERSION_MINOR 1
#define SOCKETCLUSTER_VERSION_PATCH 0
#define SOCKETCLUSTER_VERSION_STRING "0.1.0"
