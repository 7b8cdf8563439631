// SPDX-License-Identifier: MIT
// What the files of `protocolOptions` hold, read and checked: keys decrypted, all of it PEM, so
// that it can be handed to processes that may not read the files and know no passphrase.
//
// Plain values; no thread rule.
#pragma once

#include <string>
#include <vector>

#include <socketcluster/json.h>
#include <socketcluster/options.h>

#include "base/result.h"
#include "tls/ticket_keys.h"

namespace socketcluster::tls {

// A certificate chain with its private key.
struct Identity {
  std::string chain;  // the server's own certificate first
  std::string key;
  std::string origin;  // for messages: option and file; it does not travel to workers
};

struct Credentials {
  std::vector<Identity> identities;  // the first one is for clients that ask for no other
  std::string authorities;           // who signs the certificates of clients
};

struct Loaded {
  Credentials credentials;
  std::vector<std::string> warnings;  // a certificate that is not valid yet, or not for long
};

// Reads the files. The failure is one line that names the option, the file and the reason: not
// found, not readable, wrong passphrase, no certificate in it, the key of another certificate,
// expired.
base::Result<Loaded> load_credentials(const TlsOptions& options);

// For the way from the master to its workers. All that a client may come back to need the same
// ticket keys.
JsonObject to_json(const Credentials& credentials, const TicketKeys& ticket_keys);
struct Parcel {
  Credentials credentials;
  TicketKeys ticket_keys;
};
base::Result<Parcel> from_json(const Json& value);
// The keys alone, as the member "ticketKeys" of a parcel has them.
std::string to_text(const TicketKeys& keys);
base::Result<TicketKeys> ticket_keys_from_json(const Json& value);

}  // namespace socketcluster::tls
