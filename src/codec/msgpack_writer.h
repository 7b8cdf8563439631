// SPDX-License-Identifier: MIT
// MessagePack from JSON text, in the bytes that msgpack-lite of npm makes of the same values:
//
//   integers from -2^31 to 2^31 - 1   the shortest form (never ce for what fits in cd, and so on)
//   other numbers                     float 64, but for integers whose digits that would not keep:
//                                     those are int 64 or uint 64
//   strings                           str; an escaped surrogate without partner becomes U+FFFD
//   {"base64":true,"data":"..."}      bin, if written exactly so (no spaces, canonical base64)
//   other objects, arrays             map, array; duplicate keys stay
//
// All append. Thread rule: none, pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace socketcluster::codec {

// At most 2^32 - 1 elements (members).
void append_array_head(std::string& out, std::size_t elements);
void append_map_head(std::string& out, std::size_t members);
void append_nil(std::string& out);
// `text` is taken as it is.
void append_str(std::string& out, std::string_view text);

// Translates one JSON value. One pass, never recurses. False when `json` is not JSON, has something
// behind the value or nests deeper than 1024; what was appended is then of no use. REQUIRES: valid
// UTF-8.
bool append_json(std::string& out, std::string_view json);

}  // namespace socketcluster::codec
