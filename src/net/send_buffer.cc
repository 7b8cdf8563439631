// SPDX-License-Identifier: MIT
#include "net/send_buffer.h"

#include <sys/socket.h>

namespace socketcluster::net {

void raise_send_buffer(int fd, int bytes) {
  int doubled = 0;
  socklen_t size = sizeof doubled;
  if (::getsockopt(fd, SOL_SOCKET, SO_SNDBUF, &doubled, &size) != 0) return;
  if (doubled / 2 >= bytes) return;
  ::setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
}

}  // namespace socketcluster::net
