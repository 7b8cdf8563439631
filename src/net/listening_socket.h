// SPDX-License-Identifier: MIT
// Listening sockets as descriptors: for processes that pass them on to others.
//
// May block for the time that resolving a host name takes; otherwise no thread rule.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>

#include "base/result.h"
#include "net/unix_socket.h"

namespace socketcluster::net {

enum class SharedPort : std::uint8_t {
  kNo,
  kYes,  // several sockets share the port (SO_REUSEPORT); the kernel spreads connections over them
};

struct ListenOptions {
  // Address or name to bind; empty: all interfaces, IPv4 and IPv6, which "::" means as well. Or a
  // UNIX socket (base/socket_path.h), which has no port.
  std::string host;
  std::uint16_t port = 0;  // 0: any free one
  int backlog = 4096;  // connections that may wait for accept(); the kernel caps it at somaxconn
  SharedPort shared_port = SharedPort::kNo;  // not of a UNIX socket
  mode_t socket_mode = 0660;                 // of a UNIX socket: who may connect
  std::string port_option = "-p";            // what sets the port, for messages
};

// "660" -> 0660. REQUIRES: octal digits.
mode_t socket_mode_from(const std::string& text);

// A bound and listening socket, not blocking, closed on exec. The failure names address, port and
// reason.
base::Result<int> open_listening_socket(const ListenOptions& options);

// The path of the UNIX socket that has just been opened for `host`, if it is one: who keeps it
// removes the path at its end.
SocketFile socket_file(const std::string& host);

// The port that a socket is bound to; 0 when it has none.
std::uint16_t local_port(int fd);

}  // namespace socketcluster::net
