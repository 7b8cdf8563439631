// SPDX-License-Identifier: MIT
#include "supervisor/certificates.h"

#include "tls/context.h"

namespace socketcluster::supervisor {

Certificates::Certificates(const Options& options, base::Log& log, tls::TicketKeyRing::Time now)
    : options_(options), log_(log), ticket_keys_(random_, now) {}

base::Status Certificates::load() {
  if (!are_used()) return base::Status::ok();
  const auto checked = tls::load_context(options_.protocol_options, ticket_keys_.keys(), log_);
  if (!checked) return checked.error();
  parcel_ = tls::to_json(checked->credentials, ticket_keys_.keys());
  return base::Status::ok();
}

bool Certificates::rotate_ticket_keys(tls::TicketKeyRing::Time now) {
  if (!are_used() || !ticket_keys_.is_due(now)) return false;
  ticket_keys_.rotate(random_, now);
  parcel_["ticketKeys"] = tls::to_text(ticket_keys_.keys());
  return true;
}

bool Certificates::reload(tls::TicketKeyRing::Time now) {
  const base::Status loaded = load();
  if (!loaded) {
    log_.error("the certificates stay as they are: " + loaded.error().text);
    return false;
  }
  ticket_keys_.rotate(random_, now);
  parcel_["ticketKeys"] = tls::to_text(ticket_keys_.keys());
  log_.info("the certificates were read again");
  return true;
}

}  // namespace socketcluster::supervisor
