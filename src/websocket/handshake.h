// SPDX-License-Identifier: MIT
// The opening handshake (RFC 6455 section 4.2): judges a request, writes the answer. Pure.
// Which resources there are, who may connect (Origin) and HTTP itself are the business of others.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "websocket/deflate_negotiation.h"

namespace socketcluster::websocket {

// What the handshake looks at. Views must stay valid until check_upgrade() has returned.
class UpgradeRequest {
 public:
  // `version` is 11 for HTTP/1.1.
  UpgradeRequest(std::string_view method, unsigned version) : method_(method), version_(version) {}

  // To be called for each header of the request, in order; others than the handshake's are ignored.
  void add_header(std::string_view name, std::string_view value);

  // Whether the request is meant for us at all: "Upgrade: websocket", in any case, among the
  // offers.
  bool asks_for_websocket() const;

 private:
  friend class UpgradeCheck;
  // A header that may be repeated, which means one list (RFC 9110 section 5.3); copied only then.
  struct List {
    std::string_view first;
    std::string joined;
    bool present = false;
    void add(std::string_view value);
    std::string_view value() const { return joined.empty() ? first : joined; }
  };
  // A header that must not be repeated.
  struct Single {
    std::string_view value;
    int count = 0;
  };

  std::string_view method_;
  unsigned version_;
  List upgrade_;
  List connection_;
  List protocols_;
  List extensions_;
  Single host_;
  Single key_;
  Single websocket_version_;
};

// The verdict. Owns its contents, so that it may wait for an asynchronous decision of the
// application.
struct Upgrade {
  int status = 101;                 // 101, 400 or 405
  std::string_view body;            // refusals: one line of text, a literal
  std::string_view refusal_header;  // refusals: "Name: value" to send along, or empty; a literal
  std::array<char, 28> accept{};    // Sec-WebSocket-Accept
  std::string subprotocol;          // empty: none
  std::optional<DeflateAgreement> deflate;

  bool is_accepted() const { return status == 101; }
};

// Selects the first subprotocol that is offered, and compression as `deflate` allows.
Upgrade check_upgrade(const UpgradeRequest& request, const DeflateOptions& deflate);

// The complete 101 response. REQUIRES: upgrade.is_accepted().
void append_upgrade_response(std::string& out, const Upgrade& upgrade);

}  // namespace socketcluster::websocket
