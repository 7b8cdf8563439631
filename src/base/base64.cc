// SPDX-License-Identifier: MIT
#include "base/base64.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace socketcluster::base {
namespace {

constexpr std::string_view kStandard =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kUrlSafe =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::uint8_t kInvalid = 0xFF;

constexpr std::array<std::uint8_t, 256> make_decode_table(std::string_view alphabet) {
  std::array<std::uint8_t, 256> table{};
  table.fill(kInvalid);
  for (std::size_t i = 0; i < alphabet.size(); ++i) {
    table[static_cast<unsigned char>(alphabet[i])] = static_cast<std::uint8_t>(i);
  }
  return table;
}

constexpr std::array<std::uint8_t, 256> kStandardValues = make_decode_table(kStandard);
constexpr std::array<std::uint8_t, 256> kUrlSafeValues = make_decode_table(kUrlSafe);

enum class Padding { kNo, kYes };

// Returns the end of what it has written.
char* encode(char* out, std::span<const unsigned char> bytes, std::string_view alphabet,
             Padding padding) {
  std::size_t i = 0;
  for (; i + 3 <= bytes.size(); i += 3) {
    const std::uint32_t group =
        std::uint32_t{bytes[i]} << 16U | std::uint32_t{bytes[i + 1]} << 8U | bytes[i + 2];
    *out++ = alphabet[group >> 18U];
    *out++ = alphabet[group >> 12U & 63U];
    *out++ = alphabet[group >> 6U & 63U];
    *out++ = alphabet[group & 63U];
  }
  const std::size_t rest = bytes.size() - i;
  if (rest == 0) return out;
  const std::uint32_t second = rest == 2 ? bytes[i + 1] : 0U;
  const std::uint32_t group = std::uint32_t{bytes[i]} << 16U | second << 8U;
  *out++ = alphabet[group >> 18U];
  *out++ = alphabet[group >> 12U & 63U];
  if (rest == 2) *out++ = alphabet[group >> 6U & 63U];
  return padding == Padding::kYes ? std::fill_n(out, 3 - rest, '=') : out;
}

void append(std::string& out, std::span<const unsigned char> bytes, std::string_view alphabet,
            Padding padding) {
  const std::size_t before = out.size();
  out.resize(before + base64_size(bytes.size()));
  const char* end = encode(out.data() + before, bytes, alphabet, padding);
  out.resize(static_cast<std::size_t>(end - out.data()));
}

// Without padding.
std::optional<std::string> decode(std::string_view text,
                                  const std::array<std::uint8_t, 256>& values) {
  if (text.size() % 4 == 1) return std::nullopt;
  std::string out;
  out.reserve(text.size() / 4 * 3 + 2);
  std::uint32_t bits = 0;
  unsigned count = 0;
  for (const char c : text) {
    const std::uint8_t value = values[static_cast<unsigned char>(c)];
    if (value == kInvalid) return std::nullopt;
    bits = bits << 6U | value;
    count += 6;
    if (count >= 8) {
      count -= 8;
      out += static_cast<char>(bits >> count & 0xFFU);
      bits &= (1U << count) - 1U;
    }
  }
  if (bits != 0) return std::nullopt;
  return out;
}

std::span<const unsigned char> as_bytes(std::string_view text) {
  return {reinterpret_cast<const unsigned char*>(text.data()), text.size()};
}

}  // namespace

void append_base64(std::string& out, std::span<const unsigned char> bytes) {
  append(out, bytes, kStandard, Padding::kYes);
}

char* write_base64(char* out, std::span<const unsigned char> bytes) {
  return encode(out, bytes, kStandard, Padding::kYes);
}

std::string base64_encode(std::string_view bytes) {
  std::string out;
  append_base64(out, as_bytes(bytes));
  return out;
}

void append_base64url(std::string& out, std::span<const unsigned char> bytes) {
  append(out, bytes, kUrlSafe, Padding::kNo);
}

std::string base64url_encode(std::string_view bytes) {
  std::string out;
  append_base64url(out, as_bytes(bytes));
  return out;
}

std::optional<std::string> base64_decode(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  if (text.ends_with('=')) text.remove_suffix(1);
  if (text.size() % 4 == 3 && text.ends_with('=')) text.remove_suffix(1);
  return decode(text, kStandardValues);
}

std::optional<std::string> base64url_decode(std::string_view text) {
  return decode(text, kUrlSafeValues);
}

}  // namespace socketcluster::base
