// SPDX-License-Identifier: MIT
#include "supervisor/certificates.h"

#include "base/random.h"
#include "tls/context.h"

namespace socketcluster::supervisor {

Certificates::Certificates(const Options& options, base::Log& log) : options_(options), log_(log) {
  base::SystemRandom random;
  if (are_used()) ticket_keys_ = tls::make_ticket_keys(random);
}

base::Status Certificates::load() {
  if (!are_used()) return base::Status::ok();
  const auto checked = tls::load_context(options_.protocol_options, ticket_keys_, log_);
  if (!checked) return checked.error();
  parcel_ = tls::to_json(checked->credentials, ticket_keys_);
  return base::Status::ok();
}

bool Certificates::reload() {
  const base::Status loaded = load();
  if (!loaded) {
    log_.error("the certificates stay as they are: " + loaded.error().text);
    return false;
  }
  log_.info("the certificates were read again");
  return true;
}

}  // namespace socketcluster::supervisor
