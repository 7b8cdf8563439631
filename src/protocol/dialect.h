// SPDX-License-Identifier: MIT
// The two generations of the protocol. Nothing on the wire announces which one a client speaks; it
// shows in its first pong (`#2` or an empty message).
#pragma once

#include <cstdint>

namespace socketcluster::protocol {

enum class Dialect : std::uint8_t {
  kV1,  // clients up to 14; the server behaves as socketcluster-server 14
  kV2,  // clients from 15 on; the server behaves as socketcluster-server 20
};

}  // namespace socketcluster::protocol
