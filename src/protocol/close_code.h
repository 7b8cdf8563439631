// SPDX-License-Identifier: MIT
// SocketCluster's close codes and the texts that go with every code (protocol section 9).
// Thread rule: pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace socketcluster::protocol {

enum class CloseCode : std::uint16_t {
  kNormal = 1000,
  kGoingAway = 1001,
  kNoStatus = 1005,  // local only: closed without a code
  kLost = 1006,      // local only: the connection broke
  kTooBig = 1009,
  kServerPingTimeout = 4000,  // sent by clients
  kClientPongTimeout = 4001,
  kSignFailed = 4002,
  kHandshakeFailed = 4003,  // sent by clients
  kTokenNotSaved = 4004,    // clients; unused
  kHandshakeTimeout = 4005,
  kBrokerUnavailable = 4006,   // unused by the original
  kConnectTimeout = 4007,      // sent by clients
  kHandshakeRejected = 4008,   // v2 also: #handshake or #authenticate without a cid
  kNotReadyForMessage = 4009,  // something else than #handshake came first
};

constexpr int to_int(CloseCode code) {
  return static_cast<int>(code);
}

// "Server rejected handshake from client"; empty for a code without a text of its own.
std::string_view close_text(int code);

// Not an error for the application: 1000 and 1001.
constexpr bool is_ignorable_close(int code) {
  return code == 1000 || code == 1001;
}

// Message of the SocketProtocolError that an abnormal close raises. `reason` may be empty.
std::string socket_protocol_error_text(int code, std::string_view reason);

// What the application is told as the reason: that of the close frame, else the code's text.
std::string_view close_reason_or_text(int code, std::string_view reason);

}  // namespace socketcluster::protocol
