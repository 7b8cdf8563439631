// SPDX-License-Identifier: MIT
// Who the client is when proxies stand between: from X-Forwarded-For or Forwarded (RFC 7239).
//
// Anybody can send these headers. With a list of trusted proxies only what they have added counts:
// from the right, the first address that is not a trusted proxy's, and nothing when the peer itself
// is not trusted. Without a list it is the original's rule: the first address, whoever wrote it.
//
// Immutable; no thread rule.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include <socketcluster/options.h>

#include "base/address_list.h"
#include "http/request.h"

namespace socketcluster::server {

class Forwarding {
 public:
  Forwarding(base::AddressList trusted, ForwardedHeader header)
      : trusted_(std::move(trusted)), header_(header) {}
  // REQUIRES: the options are valid.
  static Forwarding from(const Options& options);

  // `peer`: the address that the connection came from. "": not known.
  std::string client_of(const http::Request& request, const std::string& peer) const;
  bool trusts(std::string_view address) const { return trusted_.contains(address); }
  // client_of() can be believed.
  bool has_trusted() const { return !trusted_.is_empty(); }

 private:
  base::AddressList trusted_;
  ForwardedHeader header_;
};

// The address in one element of X-Forwarded-For, or a `for` of Forwarded: without quotes, brackets
// and port, in its usual spelling; "" when there is none.
std::string address_in(std::string_view element);

}  // namespace socketcluster::server
