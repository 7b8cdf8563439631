// SPDX-License-Identifier: MIT
// How much the kernel keeps of what one process sends another over a UNIX stream socket. Who sends
// more in one iteration of its loop than that is cut into pieces by the reader's pace, and the
// reader in turn sees, and passes on, little at a time. No thread rule.
#pragma once

namespace socketcluster::net {

// What a kernel as it comes lets every process ask for (net.core.wmem_max). It counts twice as much
// in records of its own: in large pieces some 430 KB go in, instead of 220. docs/performance.md has
// what that brings.
inline constexpr int kUnprivilegedSendBytes = 212'992;

// Asks for that much, and never for less than there is.
void raise_send_buffer(int fd, int bytes = kUnprivilegedSendBytes);

}  // namespace socketcluster::net
