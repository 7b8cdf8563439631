// SPDX-License-Identifier: MIT
#include "http/accept_encoding.h"

#include <optional>

#include "base/ascii.h"

namespace socketcluster::http {
namespace {

constexpr int kMost = 1000;

// "0.5" -> 500 (RFC 9110 section 12.4.2: at most three decimals, at most 1).
std::optional<int> quality(std::string_view text) {
  if (text.empty() || (text[0] != '0' && text[0] != '1')) return std::nullopt;
  int value = (text[0] - '0') * kMost;
  if (text.size() > 1 && (text[1] != '.' || text.size() > 5)) return std::nullopt;
  int unit = kMost / 10;
  for (const char c : text.substr(text.size() > 1 ? 2 : 1)) {
    if (c < '0' || c > '9') return std::nullopt;
    value += (c - '0') * unit;
    unit /= 10;
  }
  if (value > kMost) return std::nullopt;
  return value;
}

// The weight in "gzip;q=0.5"; 1 without one.
std::optional<int> weight_of(std::string_view parameters) {
  parameters = base::trim(parameters);
  if (parameters.empty()) return kMost;
  const std::size_t equals = parameters.find('=');
  if (!base::equals_ignoring_case(parameters.substr(0, equals), "q")) return std::nullopt;
  return equals == std::string_view::npos ? std::nullopt : quality(parameters.substr(equals + 1));
}

struct Stated {
  std::optional<int> identity, gzip, brotli, others;

  std::optional<int>* find(std::string_view name) {
    if (base::equals_ignoring_case(name, "gzip")) return &gzip;
    if (base::equals_ignoring_case(name, "x-gzip")) return &gzip;
    if (base::equals_ignoring_case(name, "br")) return &brotli;
    if (base::equals_ignoring_case(name, "identity")) return &identity;
    return name == "*" ? &others : nullptr;
  }
};

}  // namespace

CodingWeights parse_accept_encoding(std::string_view header) {
  Stated stated;
  while (!header.empty()) {
    const std::string_view element = header.substr(0, header.find(','));
    header.remove_prefix(element.size() == header.size() ? header.size() : element.size() + 1);
    const std::size_t end = element.find(';');
    std::optional<int>* const coding = stated.find(base::trim(element.substr(0, end)));
    if (coding == nullptr) continue;
    const std::optional<int> weight =
        end == std::string_view::npos ? kMost : weight_of(element.substr(end + 1));
    if (weight) *coding = weight;
  }
  CodingWeights weights;
  weights.gzip = stated.gzip.value_or(stated.others.value_or(0));
  weights.brotli = stated.brotli.value_or(stated.others.value_or(0));
  if (stated.identity) {
    weights.identity = *stated.identity;
  } else if (stated.others == 0) {
    weights.identity = 0;
  }
  return weights;
}

}  // namespace socketcluster::http
