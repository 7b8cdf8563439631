// SPDX-License-Identifier: MIT
// Listening TCP sockets as descriptors: for processes that pass them on to others.
//
// May block for the time that resolving a host name takes; otherwise no thread rule.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"

namespace socketcluster::net {

enum class SharedPort : std::uint8_t {
  kNo,
  kYes,  // several sockets share the port (SO_REUSEPORT); the kernel spreads connections over them
};

struct ListenOptions {
  std::string host;        // address or name to bind; empty: all interfaces, IPv4 and IPv6
  std::uint16_t port = 0;  // 0: any free one
  int backlog = 4096;  // connections that may wait for accept(); the kernel caps it at somaxconn
  SharedPort shared_port = SharedPort::kNo;
};

// A bound and listening socket, not blocking, closed on exec. The failure names address, port and
// reason.
base::Result<int> open_listening_socket(const ListenOptions& options);

// The port that a socket is bound to.
std::uint16_t local_port(int fd);

}  // namespace socketcluster::net
