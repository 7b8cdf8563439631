// SPDX-License-Identifier: MIT
// Names and secrets that are chosen at random when nobody set them. It happens once, in the process
// that was started by hand, so that all processes of an instance have the same.
#pragma once

#include <socketcluster/options.h>

#include "base/random.h"

namespace socketcluster::config {

// Sets appName and instanceId (each a UUID), secretKey, and authKey unless there is a key pair
// (each 32 bytes in hexadecimal), where they are empty.
void fill_generated(Options& options, base::RandomSource& random);

}  // namespace socketcluster::config
