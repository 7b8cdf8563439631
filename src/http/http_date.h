// SPDX-License-Identifier: MIT
// Dates of HTTP (RFC 9110 section 5.6.7), without any locale or time zone of the process. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace socketcluster::http {

// "Sun, 06 Nov 1994 08:49:37 GMT". Times are seconds since 1970-01-01 UTC; those outside the years
// 1 to 9999 are clamped.
std::string format_http_date(std::int64_t unix_seconds);

// Any of the three formats that a recipient must accept. `now` decides the century of RFC 850's
// two-digit years. Nothing for anything else.
std::optional<std::int64_t> parse_http_date(std::string_view text, std::int64_t now_unix_seconds);

// Formats once per second.
class DateCache {
 public:
  // Valid until the next call.
  std::string_view at(std::int64_t unix_seconds) {
    if (unix_seconds != second_ || text_.empty()) {
      second_ = unix_seconds;
      text_ = format_http_date(unix_seconds);
    }
    return text_;
  }

 private:
  std::int64_t second_ = 0;
  std::string text_;
};

}  // namespace socketcluster::http
