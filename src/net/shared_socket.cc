// SPDX-License-Identifier: MIT
#include "net/shared_socket.h"

#include <linux/tcp.h>  // knows more members than the C library's header
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <cstddef>
#include <cstdint>

namespace socketcluster::net {
namespace {

// States of the kernel's <net/tcp_states.h>.
constexpr int kEstablished = 1;
constexpr int kCloseWait = 8;  // the peer has said that it sends no more

constexpr std::size_t kNeeded =
    offsetof(tcp_info, tcpi_bytes_received) + sizeof(tcp_info::tcpi_bytes_received);

}  // namespace

// In this order: what arrives between the two calls must not look as if it were read.
bool is_used(int fd) {
  tcp_info info{};
  socklen_t size = sizeof info;
  if (::getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) != 0 || size < kNeeded) return false;
  int unread = 0;
  if (::ioctl(fd, FIONREAD, &unread) != 0 || unread < 0) return false;
  if (info.tcpi_state != kEstablished && info.tcpi_state != kCloseWait) return true;
  const std::uint64_t end = info.tcpi_state == kCloseWait ? 1 : 0;  // counts as a byte
  return info.tcpi_bytes_received > static_cast<std::uint64_t>(unread) + end;
}

}  // namespace socketcluster::net
