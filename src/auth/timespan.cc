// SPDX-License-Identifier: MIT
#include "auth/timespan.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <string>

#include "base/ascii.h"

namespace socketcluster::auth {
namespace {

constexpr double kSecond = 1000;
constexpr double kMinute = 60 * kSecond;
constexpr double kHour = 60 * kMinute;
constexpr double kDay = 24 * kHour;
constexpr double kWeek = 7 * kDay;
constexpr double kYear = 365.25 * kDay;

struct Unit {
  std::string_view name;
  double ms;
};
constexpr std::array kUnits = {Unit{"", 1},
                               Unit{"ms", 1},
                               Unit{"msec", 1},
                               Unit{"msecs", 1},
                               Unit{"millisecond", 1},
                               Unit{"milliseconds", 1},
                               Unit{"s", kSecond},
                               Unit{"sec", kSecond},
                               Unit{"secs", kSecond},
                               Unit{"second", kSecond},
                               Unit{"seconds", kSecond},
                               Unit{"m", kMinute},
                               Unit{"min", kMinute},
                               Unit{"mins", kMinute},
                               Unit{"minute", kMinute},
                               Unit{"minutes", kMinute},
                               Unit{"h", kHour},
                               Unit{"hr", kHour},
                               Unit{"hrs", kHour},
                               Unit{"hour", kHour},
                               Unit{"hours", kHour},
                               Unit{"d", kDay},
                               Unit{"day", kDay},
                               Unit{"days", kDay},
                               Unit{"w", kWeek},
                               Unit{"week", kWeek},
                               Unit{"weeks", kWeek},
                               Unit{"y", kYear},
                               Unit{"yr", kYear},
                               Unit{"yrs", kYear},
                               Unit{"year", kYear},
                               Unit{"years", kYear}};

constexpr std::string_view kDigits = "0123456789";

// The length of [-][digits][.]digits at the front; 0 when there is no such number.
std::size_t number_length(std::string_view text) {
  const std::size_t begin = text.starts_with('-') ? 1 : 0;
  std::size_t end = std::min(text.find_first_not_of(kDigits, begin), text.size());
  if (end < text.size() && text[end] == '.') {
    const std::size_t fraction = end + 1;
    end = std::min(text.find_first_not_of(kDigits, fraction), text.size());
    return end == fraction ? 0 : end;
  }
  return end == begin ? 0 : end;
}

}  // namespace

std::optional<double> timespan_ms(std::string_view text) {
  if (text.size() > kMaxTimespanBytes) return std::nullopt;
  const std::size_t length = number_length(text);
  if (length == 0) return std::nullopt;
  double number = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + length, number);
  if (parsed.ec != std::errc() || parsed.ptr != text.data() + length) return std::nullopt;
  text.remove_prefix(length);
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  for (const Unit& unit : kUnits) {
    if (base::equals_ignoring_case(unit.name, text)) return number * unit.ms;
  }
  return std::nullopt;
}

}  // namespace socketcluster::auth
