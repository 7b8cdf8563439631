// SPDX-License-Identifier: MIT
// JSON values under the names that this layer uses all over; see json/value.h.
#pragma once

#include "json/value.h"

namespace socketcluster::server {

using json::parse_json;
using json::to_text;

}  // namespace socketcluster::server
