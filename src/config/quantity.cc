// SPDX-License-Identifier: MIT
#include "config/quantity.h"

#include <charconv>
#include <limits>
#include <span>

#include <fmt/format.h>

#include "base/ascii.h"

namespace socketcluster::config {
namespace {

struct Suffix {
  std::string_view text;
  std::int64_t factor;
};

constexpr Suffix kMillisecondSuffixes[] = {
    {"ms", 1}, {"s", 1000}, {"min", 60'000}, {"h", 3'600'000}};
constexpr Suffix kSecondSuffixes[] = {{"s", 1}, {"min", 60}, {"h", 3600}, {"d", 86'400}};
constexpr std::int64_t kKibi = 1024;
constexpr Suffix kByteSuffixes[] = {{"B", 1},
                                    {"KiB", kKibi},
                                    {"k", kKibi},
                                    {"MiB", kKibi* kKibi},
                                    {"m", kKibi* kKibi},
                                    {"GiB", kKibi* kKibi* kKibi},
                                    {"g", kKibi* kKibi* kKibi}};

std::span<const Suffix> suffixes_of(Unit unit) {
  switch (unit) {
    case Unit::kNone:
      return {};
    case Unit::kMilliseconds:
      return kMillisecondSuffixes;
    case Unit::kSeconds:
      return kSecondSuffixes;
    case Unit::kBytes:
      return kByteSuffixes;
  }
  return {};
}

}  // namespace

std::optional<std::int64_t> parse_quantity(std::string_view text, Unit unit) {
  std::int64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc{}) return std::nullopt;
  const std::string_view suffix = base::trim({rest, static_cast<std::size_t>(end - rest)});
  if (suffix.empty()) return rest == end ? std::optional(number) : std::nullopt;
  for (const Suffix& known : suffixes_of(unit)) {
    if (!base::equals_ignoring_case(known.text, suffix)) continue;
    const std::int64_t limit = std::numeric_limits<std::int64_t>::max() / known.factor;
    if (number > limit || number < -limit) return std::nullopt;
    return number * known.factor;
  }
  return std::nullopt;
}

std::string format_quantity(std::int64_t value, Unit unit) {
  switch (unit) {
    case Unit::kNone:
      return fmt::format("{}", value);
    case Unit::kMilliseconds:
      return fmt::format("{} ms", value);
    case Unit::kSeconds:
      return fmt::format("{} s", value);
    case Unit::kBytes:
      break;
  }
  if (value != 0 && value % (kKibi * kKibi) == 0)
    return fmt::format("{} MiB", value / (kKibi * kKibi));
  if (value != 0 && value % kKibi == 0) return fmt::format("{} KiB", value / kKibi);
  return fmt::format("{} bytes", value);
}

}  // namespace socketcluster::config
