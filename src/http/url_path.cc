// SPDX-License-Identifier: MIT
#include "http/url_path.h"

#include "http/characters.h"

namespace socketcluster::http {
namespace {

// The one name with a dot that is meant for the public, at the root alone (RFC 8615): certificates
// (ACME), security.txt, links into apps.
constexpr std::string_view kWellKnown = ".well-known";

bool is_safe_segment(std::string_view segment) {
  if (segment.empty() || segment.front() == '.') return false;
  for (const char c : segment) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f || c == '/' || c == '\\') return false;
  }
  return true;
}

}  // namespace

std::optional<std::string> decode_percent(std::string_view text) {
  if (text.find('%') == std::string_view::npos) return std::string(text);
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded += text[i];
      continue;
    }
    if (text.size() - i < 3 || !all_in_class(text.substr(i + 1, 2), kHex)) return std::nullopt;
    decoded += static_cast<char>(hex_digit_value(text[i + 1]) * 16 + hex_digit_value(text[i + 2]));
    i += 2;
  }
  return decoded;
}

std::optional<std::string> resolve_file_path(std::string_view raw_path) {
  if (raw_path.empty() || raw_path.front() != '/') return std::nullopt;
  raw_path.remove_prefix(1);
  std::string resolved;
  while (!raw_path.empty()) {
    const std::size_t slash = raw_path.find('/');
    const std::optional<std::string> segment = decode_percent(raw_path.substr(0, slash));
    const bool is_well_known = segment == kWellKnown && resolved.empty();
    if (!segment || !(is_well_known || is_safe_segment(*segment))) return std::nullopt;
    resolved += *segment;
    if (slash == std::string_view::npos) break;
    resolved += '/';
    raw_path.remove_prefix(slash + 1);
  }
  return resolved;
}

}  // namespace socketcluster::http
