// SPDX-License-Identifier: MIT
// The keys of the handlers fuzzer's server, and tokens for its clients.
#pragma once

#include <cstddef>
#include <string>

#include "auth/token_keys.h"

namespace socketcluster::fuzz {

const auth::TokenKeys& keys();
// Good, good, expired, and none.
const std::string& token(std::size_t index);

}  // namespace socketcluster::fuzz
