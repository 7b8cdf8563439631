// SPDX-License-Identifier: MIT
// Range requests (RFC 9110 section 14): which bytes of a body are wanted. One range is served;
// several at once are answered with the whole, as section 14.2 allows: clients that resume or seek
// ask for one, and lists of many small ranges have been used to wear servers out. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace socketcluster::http {

struct RangeChoice {
  enum class Kind : std::uint8_t {
    kWhole,          // no range, one that cannot be read, another unit, or several
    kPart,           // `size` bytes from `first`: 206
    kUnsatisfiable,  // nothing of it exists: 416
  };
  Kind kind = Kind::kWhole;
  std::uint64_t first = 0;
  std::uint64_t size = 0;
};

// `header`: the value of the one Range field. `whole`: the size of the body.
RangeChoice choose_range(std::string_view header, std::uint64_t whole);

// "bytes 0-499/1234" for a part, "bytes */1234" for an unsatisfiable range.
std::string content_range(const RangeChoice& choice, std::uint64_t whole);

}  // namespace socketcluster::http
