// SPDX-License-Identifier: MIT
// The certificates and ticket keys of an instance that serves TLS. The master reads the files, so
// that workers need no right to, and gives all workers the same, so that a client can resume with
// one what it has begun with another.
//
// Thread rule: that of the master.
#pragma once

#include <socketcluster/json.h>
#include <socketcluster/options.h>

#include "base/log.h"
#include "base/random.h"
#include "base/result.h"
#include "tls/credentials.h"
#include "tls/ticket_keys.h"

namespace socketcluster::supervisor {

class Certificates {
 public:
  // Both must outlive it.
  Certificates(const Options& options, base::Log& log, tls::TicketKeyRing::Time now);
  Certificates(const Certificates&) = delete;
  Certificates& operator=(const Certificates&) = delete;

  bool are_used() const { return options_.protocol == ServerProtocol::kHttps; }
  // At the start. The failure is one line that names the file and the reason.
  base::Status load();
  // Reads the files again, and changes the ticket keys. False: something is wrong with the files,
  // which is logged, and everything stays as it is.
  bool reload(tls::TicketKeyRing::Time now);
  // Changes the ticket keys if it is time to. Whether it has.
  bool rotate_ticket_keys(tls::TicketKeyRing::Time now);
  // For workers that have a parcel already; see tls::ticket_keys_from_json().
  const Json& ticket_keys() const { return parcel_.at("ticketKeys"); }
  // For a worker; see tls::from_json(). REQUIRES: are_used(), and loaded.
  const JsonObject& parcel() const { return parcel_; }

 private:
  const Options& options_;
  base::Log& log_;
  base::SystemRandom random_;
  tls::TicketKeyRing ticket_keys_;
  JsonObject parcel_;
};

}  // namespace socketcluster::supervisor
