// SPDX-License-Identifier: MIT
// What can be seen of a TCP connection that another process works with through a descriptor of its
// own. No thread rule.
#pragma once

namespace socketcluster::net {

// Whether bytes that the peer has sent have been read, or its direction to the peer was shut: then
// nobody else can go on with the connection. False when it cannot be known (no TCP socket).
bool is_used(int fd);

}  // namespace socketcluster::net
