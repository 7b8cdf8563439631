// SPDX-License-Identifier: MIT
// Parses the header of the PROXY protocol at every length of the input: once it is complete or
// invalid, more bytes must not change that, and it is never wanted in more bytes than allowed.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/assert.h"
#include "net/proxy_header.h"

namespace {

using socketcluster::net::parse_proxy_header;
using socketcluster::net::ProxyHeader;

bool are_equal(const ProxyHeader& a, const ProxyHeader& b) {
  if (a.outcome != b.outcome || a.size != b.size) return false;
  if (a.source.has_value() != b.source.has_value()) return false;
  return !a.source || (a.source->address == b.source->address && a.source->port == b.source->port &&
                       a.source->is_ipv6 == b.source->is_ipv6);
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): the name is given
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const ProxyHeader whole = parse_proxy_header(bytes);
  SC_ASSERT(whole.size <= size);
  if (size >= socketcluster::net::kLongestProxyHeader) {
    SC_ASSERT(whole.outcome != ProxyHeader::Outcome::kNeedMore);
  }
  for (std::size_t length = 0; length < size && length < 300; ++length) {
    const ProxyHeader part = parse_proxy_header(bytes.substr(0, length));
    if (part.outcome != ProxyHeader::Outcome::kNeedMore) SC_ASSERT(are_equal(part, whole));
  }
  return 0;
}
