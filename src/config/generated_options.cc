// SPDX-License-Identifier: MIT
#include "config/generated_options.h"

#include <array>

#include <fmt/format.h>

namespace socketcluster::config {
namespace {

template <std::size_t kSize>
std::array<std::uint8_t, kSize> random_bytes(base::RandomSource& random) {
  std::array<std::uint8_t, kSize> bytes{};
  random.fill(bytes);
  return bytes;
}

std::string random_secret(base::RandomSource& random) {
  return fmt::format("{:02x}", fmt::join(random_bytes<32>(random), ""));
}

// RFC 4122, version 4.
std::string random_uuid(base::RandomSource& random) {
  auto bytes = random_bytes<16>(random);
  bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0fU) | 0x40U);
  bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3fU) | 0x80U);
  std::string text = fmt::format("{:02x}", fmt::join(bytes, ""));
  for (const std::size_t dash : {8U, 13U, 18U, 23U}) text.insert(dash, 1, '-');
  return text;
}

}  // namespace

void fill_generated(Options& options, base::RandomSource& random) {
  if (options.app_name.empty()) options.app_name = random_uuid(random);
  if (options.instance_id.empty()) options.instance_id = random_uuid(random);
  if (options.secret_key.empty()) options.secret_key = random_secret(random);
  const bool has_pair = !options.auth_private_key.empty() || !options.auth_public_key.empty();
  if (options.auth_key.empty() && !has_pair) options.auth_key = random_secret(random);
}

}  // namespace socketcluster::config
