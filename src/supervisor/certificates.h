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
#include "base/result.h"
#include "tls/credentials.h"

namespace socketcluster::supervisor {

class Certificates {
 public:
  // Both must outlive it.
  Certificates(const Options& options, base::Log& log);
  Certificates(const Certificates&) = delete;
  Certificates& operator=(const Certificates&) = delete;

  bool are_used() const { return options_.protocol == ServerProtocol::kHttps; }
  // At the start. The failure is one line that names the file and the reason.
  base::Status load();
  // Reads the files again. False: something is wrong with them, which is logged, and everything
  // stays as it is.
  bool reload();
  // For a worker; see tls::from_json(). REQUIRES: are_used(), and loaded.
  const JsonObject& parcel() const { return parcel_; }

 private:
  const Options& options_;
  base::Log& log_;
  tls::TicketKeys ticket_keys_{};
  JsonObject parcel_;
};

}  // namespace socketcluster::supervisor
