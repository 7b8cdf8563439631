// SPDX-License-Identifier: MIT
// What client and server agree on about permessage-deflate (RFC 7692 section 7.1). Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "websocket/header_list.h"

namespace socketcluster::websocket {

// The defaults ask both sides to forget each message: the server then needs no zlib state for any
// connection (a pair of 15-bit windows would cost some 300 KB each), and a broadcast is compressed
// once for all of its receivers. Similar messages in a row compress less well.
struct DeflateOptions {
  bool enabled = false;
  bool server_no_context_takeover = true;  // always asked for in the answer
  bool client_no_context_takeover = true;  // always asked for in the answer
  int server_max_window_bits = 15;         // 9 to 15; of what we send
  int client_max_window_bits = 15;         // 9 to 15; asked of clients that can be asked
  int memory_level = 8;                    // zlib's memLevel, 1 to 9
  int compression_level = 1;               // zlib's level, 1 to 9
  std::size_t threshold_bytes = 1024;      // smaller messages are sent as they are
};

struct DeflateAgreement {
  bool server_no_context_takeover = false;
  bool client_no_context_takeover = false;
  std::uint8_t server_max_window_bits = 15;
  std::uint8_t client_max_window_bits = 15;
  bool states_server_max_window_bits = false;  // the answer must name it
};

// Takes the first offer of permessage-deflate that is valid and can be met; nothing when there is
// none (offers with unknown, repeated or malformed parameters are declined, RFC 7692 section 7). A
// window of 256 bytes for what we send is declined, because zlib cannot deflate with it.
std::optional<DeflateAgreement> negotiate_deflate(std::span<const Extension> offers,
                                                  const DeflateOptions& options);

// The value of Sec-WebSocket-Extensions that accepts.
std::string format_agreement(const DeflateAgreement& agreement);

}  // namespace socketcluster::websocket
