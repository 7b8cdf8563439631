// SPDX-License-Identifier: MIT
#include "auth/iso_date.h"

#include <array>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>

namespace socketcluster::auth {
namespace {

constexpr double kGreatestMs = 8.64e15;  // ECMA-262, "Time Values and Time Range"
constexpr std::int64_t kMsPerDay = 86400000;

struct Date {
  std::int64_t year;
  unsigned month;
  unsigned day;
};

// Days since 1970 in the proleptic Gregorian calendar. std::chrono's years end at 32767,
// JavaScript's at 275760: computed in a cycle of 400 years near 2000, which all cycles are like.
Date date_of(std::int64_t days) {
  constexpr std::int64_t kDaysPerCycle = 146097;
  std::int64_t cycles = days / kDaysPerCycle;
  if (days % kDaysPerCycle < 0) --cycles;
  const std::chrono::year_month_day date(
      std::chrono::sys_days(std::chrono::days(days - cycles * kDaysPerCycle)));
  return {static_cast<int>(date.year()) + cycles * 400, static_cast<unsigned>(date.month()),
          static_cast<unsigned>(date.day())};
}

}  // namespace

std::string iso_date(double seconds) {
  const double time = std::trunc(seconds * 1000);
  if (!(std::abs(time) <= kGreatestMs)) return {};
  const auto ms = static_cast<std::int64_t>(time);
  std::int64_t days = ms / kMsPerDay;
  if (ms % kMsPerDay < 0) --days;
  const std::int64_t rest = ms - days * kMsPerDay;
  const Date date = date_of(days);
  const bool is_short = date.year >= 0 && date.year <= 9999;
  std::array<char, 64> text;
  const int size = std::snprintf(
      text.data(), text.size(),
      is_short ? "%04lld-%02u-%02uT%02d:%02d:%02d.%03dZ" : "%+07lld-%02u-%02uT%02d:%02d:%02d.%03dZ",
      static_cast<long long>(date.year), date.month, date.day, static_cast<int>(rest / 3600000),
      static_cast<int>(rest / 60000 % 60), static_cast<int>(rest / 1000 % 60),
      static_cast<int>(rest % 1000));
  return std::string(text.data(), static_cast<std::size_t>(size));
}

}  // namespace socketcluster::auth
