// SPDX-License-Identifier: MIT
// What a client says of content codings (RFC 9110 section 12.5.3). Pure.
#pragma once

#include <string_view>

namespace socketcluster::http {

// How much each coding is wanted, in thousandths; 0: not acceptable.
struct CodingWeights {
  int identity = 1;  // acceptable unless it is excluded, but the last choice unless it is asked for
  int gzip = 0;
  int brotli = 0;
};

// `header`: all Accept-Encoding fields joined, "" for none. Elements that cannot be read are
// skipped.
CodingWeights parse_accept_encoding(std::string_view header);

}  // namespace socketcluster::http
