// SPDX-License-Identifier: MIT
// The list of certificates in `protocolOptions.sni` as JSON: objects with the texts "key", "cert",
// "pfx" and "passphrase", each of which may be left out.
//
// Pure functions; may be called from any thread.
#pragma once

#include <optional>
#include <vector>

#include <boost/json/value.hpp>

#include <socketcluster/options.h>

namespace socketcluster::config {

boost::json::value certificates_to_json(const std::vector<TlsCertificate>& certificates);

// Nothing when it is not such a list.
std::optional<std::vector<TlsCertificate>> certificates_from_json(const boost::json::value& value);

}  // namespace socketcluster::config
