// SPDX-License-Identifier: MIT
// Which of several brokers a channel or a key belongs to: the hash of sc-broker-cluster (package
// sc-hasher), so that applications that compute it themselves agree with us.
//
//   h = 0; for each UTF-16 code unit c: h = 31 * h + c (32 bits, wrapping); index = |h| mod count
//
// Thread rule: none, pure.
#pragma once

#include <cstddef>
#include <string_view>

#include "json/raw_value.h"

namespace socketcluster::broker {

// Of a channel or any other plain string (WTF-8, see json/text.h). REQUIRES: count > 0.
std::size_t shard_of(std::string_view name, std::size_t count);

// Of a key or a map index, which may be any JSON value: a string as above; an array by its first
// element, 0 when it has none; a number by its own value, cut to an integer (the original finds no
// broker for 1.5); anything else by its JSON text. REQUIRES: count > 0, the scanner has accepted
// the value.
std::size_t shard_of_key(const json::RawValue& key, std::size_t count);

}  // namespace socketcluster::broker
