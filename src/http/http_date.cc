// SPDX-License-Identifier: MIT
#include "http/http_date.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "base/ascii.h"

namespace socketcluster::http {
namespace {

constexpr std::int64_t kSecondsPerDay = 86400;
constexpr std::string_view kDays = "SunMonTueWedThuFriSat";
constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
constexpr std::array<std::string_view, 7> kLongDays = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                       "Thursday", "Friday", "Saturday"};

struct CivilDate {
  std::int64_t year;
  int month;  // 1-12
  int day;    // 1-31
};

// Days since 1970-01-01 in the proleptic Gregorian calendar. The year is shifted to start in March,
// so that the leap day is its last, and counted in eras of 400 years (146097 days).
std::int64_t days_of(const CivilDate& date) {
  const std::int64_t year = date.year - (date.month <= 2 ? 1 : 0);
  const std::int64_t era = (year >= 0 ? year : year - 399) / 400;
  const std::int64_t year_of_era = year - era * 400;
  const int shifted_month = (date.month + 9) % 12;
  const std::int64_t day_of_year = (153 * shifted_month + 2) / 5 + date.day - 1;
  return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year -
         719468;
}

CivilDate date_of(std::int64_t days) {
  days += 719468;
  const std::int64_t era = (days >= 0 ? days : days - 146096) / 146097;
  const std::int64_t day_of_era = days - era * 146097;
  const std::int64_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const std::int64_t day_of_year =
      day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const int shifted_month = static_cast<int>((5 * day_of_year + 2) / 153);
  const int day = static_cast<int>(day_of_year - (153 * shifted_month + 2) / 5 + 1);
  const int month = shifted_month < 10 ? shifted_month + 3 : shifted_month - 9;
  return {year_of_era + era * 400 + (month <= 2 ? 1 : 0), month, day};
}

void append_number(std::string& out, std::int64_t value, int width) {
  std::array<char, 4> digits{};
  for (int i = width - 1; i >= 0; --i) {
    digits[static_cast<std::size_t>(i)] = static_cast<char>('0' + value % 10);
    value /= 10;
  }
  out.append(digits.data(), static_cast<std::size_t>(width));
}

// Eats a date from the front; one failure spoils everything after it.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  void literal(std::string_view expected) {
    if (text_.substr(0, expected.size()) != expected) return fail();
    text_.remove_prefix(expected.size());
  }
  // Exactly `width` digits; with `blank_padded` the first may be a space.
  int number(std::size_t width, bool blank_padded = false) {
    int value = 0;
    if (text_.size() < width) fail();
    for (std::size_t i = 0; ok_ && i < width; ++i) {
      const char c = text_[i];
      if (c == ' ' && i == 0 && blank_padded) continue;
      if (c < '0' || c > '9') fail();
      value = value * 10 + (c - '0');
    }
    if (ok_) text_.remove_prefix(width);
    return value;
  }
  // 0-based index of a three-letter name.
  int name(std::string_view names) {
    for (std::size_t i = 0; text_.size() >= 3 && i < names.size(); i += 3) {
      if (text_.substr(0, 3) != names.substr(i, 3)) continue;
      text_.remove_prefix(3);
      return static_cast<int>(i / 3);
    }
    fail();
    return 0;
  }
  bool finished_well() const { return ok_ && text_.empty(); }

 private:
  void fail() { ok_ = false; }

  std::string_view text_;
  bool ok_ = true;
};

struct Parts {
  CivilDate date{1970, 1, 1};
  int hour = 0;
  int minute = 0;
  int second = 0;
};

void read_time(Reader& reader, Parts& parts) {
  parts.hour = reader.number(2);
  reader.literal(":");
  parts.minute = reader.number(2);
  reader.literal(":");
  parts.second = reader.number(2);
}

std::optional<std::int64_t> seconds_of(const Reader& reader, const Parts& parts) {
  if (!reader.finished_well() || parts.date.day < 1 || parts.date.day > 31 || parts.hour > 23 ||
      parts.minute > 59 || parts.second > 60) {
    return std::nullopt;
  }
  const std::int64_t days = days_of(parts.date);
  const CivilDate back = date_of(days);
  if (back.day != parts.date.day || back.month != parts.date.month) return std::nullopt;
  return days * kSecondsPerDay + parts.hour * 3600 + parts.minute * 60 + parts.second;
}

// "Sun, 06 Nov 1994 08:49:37 GMT"
std::optional<std::int64_t> parse_imf_fixdate(std::string_view text) {
  Reader reader(text);
  Parts parts;
  reader.name(kDays);
  reader.literal(", ");
  parts.date.day = reader.number(2);
  reader.literal(" ");
  parts.date.month = reader.name(kMonths) + 1;
  reader.literal(" ");
  parts.date.year = reader.number(4);
  reader.literal(" ");
  read_time(reader, parts);
  reader.literal(" GMT");
  return seconds_of(reader, parts);
}

// "Sunday, 06-Nov-94 08:49:37 GMT"; a year that seems more than 50 years ahead is in the past.
std::optional<std::int64_t> parse_rfc850(std::string_view text, std::int64_t now) {
  const std::size_t comma = text.find(',');
  if (comma == std::string_view::npos) return std::nullopt;
  if (std::find(kLongDays.begin(), kLongDays.end(), text.substr(0, comma)) == kLongDays.end()) {
    return std::nullopt;
  }
  Reader reader(text.substr(comma));
  Parts parts;
  reader.literal(", ");
  parts.date.day = reader.number(2);
  reader.literal("-");
  parts.date.month = reader.name(kMonths) + 1;
  reader.literal("-");
  const std::int64_t this_year = date_of(now / kSecondsPerDay).year;
  parts.date.year = this_year / 100 * 100 + reader.number(2);
  if (parts.date.year > this_year + 50) parts.date.year -= 100;
  reader.literal(" ");
  read_time(reader, parts);
  reader.literal(" GMT");
  return seconds_of(reader, parts);
}

// "Sun Nov  6 08:49:37 1994"
std::optional<std::int64_t> parse_asctime(std::string_view text) {
  Reader reader(text);
  Parts parts;
  reader.name(kDays);
  reader.literal(" ");
  parts.date.month = reader.name(kMonths) + 1;
  reader.literal(" ");
  parts.date.day = reader.number(2, /*blank_padded=*/true);
  reader.literal(" ");
  read_time(reader, parts);
  reader.literal(" ");
  parts.date.year = reader.number(4);
  return seconds_of(reader, parts);
}

}  // namespace

std::string format_http_date(std::int64_t unix_seconds) {
  const std::int64_t first = days_of({1, 1, 1}) * kSecondsPerDay;
  const std::int64_t last = days_of({10000, 1, 1}) * kSecondsPerDay - 1;
  unix_seconds = std::clamp(unix_seconds, first, last);
  std::int64_t days = unix_seconds / kSecondsPerDay;
  std::int64_t seconds = unix_seconds % kSecondsPerDay;
  if (seconds < 0) {
    seconds += kSecondsPerDay;
    --days;
  }
  const CivilDate date = date_of(days);
  const auto weekday = static_cast<std::size_t>(((days + 4) % 7 + 7) % 7);  // 1970-01-01: Thursday
  std::string out;
  out.reserve(29);
  out += kDays.substr(weekday * 3, 3);
  out += ", ";
  append_number(out, date.day, 2);
  out += ' ';
  out += kMonths.substr(static_cast<std::size_t>(date.month - 1) * 3, 3);
  out += ' ';
  append_number(out, date.year, 4);
  out += ' ';
  append_number(out, seconds / 3600, 2);
  out += ':';
  append_number(out, seconds / 60 % 60, 2);
  out += ':';
  append_number(out, seconds % 60, 2);
  out += " GMT";
  return out;
}

std::optional<std::int64_t> parse_http_date(std::string_view text, std::int64_t now_unix_seconds) {
  if (const auto seconds = parse_imf_fixdate(text)) return seconds;
  if (const auto seconds = parse_rfc850(text, now_unix_seconds)) return seconds;
  return parse_asctime(text);
}

}  // namespace socketcluster::http
