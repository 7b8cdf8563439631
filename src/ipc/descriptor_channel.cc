// SPDX-License-Identifier: MIT
#include "ipc/descriptor_channel.h"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace socketcluster::ipc {
namespace {

constexpr std::size_t kPerMessage = DescriptorSender::kPerMessage;
// Messages taken in one iteration: connects must not starve the connections that exist.
constexpr int kMessagesPerIteration = 4;

// The parts of one message, as sendmsg() and recvmsg() want them.
struct Parts {
  std::array<std::uint64_t, kPerMessage> numbers{};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(kPerMessage * sizeof(int))> control{};
  iovec bytes{};
  msghdr message{};

  Parts() {
    bytes = {numbers.data(), sizeof numbers};
    message.msg_iov = &bytes;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
  }
};

}  // namespace

base::Result<SocketPair> make_descriptor_pair() {
  int fds[2];
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds) == 0) {
    return SocketPair{fds[0], fds[1]};
  }
  return base::Failure{std::string("cannot make a socket pair: ") + std::strerror(errno)};
}

// ---- Sending ----

DescriptorSender::DescriptorSender(net::EventLoop& loop, int fd)
    : loop_(loop), fd_(fd), alive_(std::make_shared<Alive>(Alive{this})) {}

DescriptorSender::~DescriptorSender() {
  alive_->sender = nullptr;
  if (is_waiting_) loop_.unwatch(fd_, *this);
  ::close(fd_);
}

void DescriptorSender::send(NumberedDescriptor item) {
  queue_.push_back(item);
  if (is_waiting_ || std::exchange(is_flush_due_, true)) return;
  loop_.defer([alive = alive_] {
    if (alive->sender != nullptr) alive->sender->flush();
  });
}

void DescriptorSender::cancel(std::uint64_t number) {
  const auto found = std::find_if(queue_.begin(), queue_.end(),
                                  [number](const auto& item) { return item.number == number; });
  if (found != queue_.end()) queue_.erase(found);
}

void DescriptorSender::on_events(std::uint32_t /*events*/) {
  flush();
}

void DescriptorSender::flush() {
  is_flush_due_ = false;
  while (!queue_.empty() && send_some()) {
  }
  const bool waits = !queue_.empty();
  if (waits == is_waiting_) return;
  is_waiting_ = waits;
  if (!waits) return loop_.unwatch(fd_, *this);
  if (!loop_.watch(fd_, *this, EPOLLOUT)) queue_.clear();
}

// Returns whether it makes sense to go on.
bool DescriptorSender::send_some() {
  Parts parts;
  const std::size_t count = std::min(queue_.size(), kPerMessage);
  parts.bytes.iov_len = count * sizeof(std::uint64_t);
  parts.message.msg_controllen = CMSG_SPACE(count * sizeof(int));
  cmsghdr* const header = CMSG_FIRSTHDR(&parts.message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(count * sizeof(int));
  for (std::size_t i = 0; i < count; ++i) {
    parts.numbers[i] = queue_[i].number;
    std::memcpy(CMSG_DATA(header) + i * sizeof(int), &queue_[i].fd, sizeof(int));
  }
  const ssize_t sent = ::sendmsg(fd_, &parts.message, MSG_NOSIGNAL | MSG_DONTWAIT);
  if (sent < 0 && errno == EINTR) return true;
  // ETOOMANYREFS: as many descriptors are on their way as this process may open.
  if (sent < 0 && (errno == EAGAIN || errno == ENOBUFS || errno == ETOOMANYREFS)) return false;
  // Also when the other process has gone: its descriptors are its supervisor's business.
  queue_.erase(queue_.begin(), queue_.begin() + static_cast<std::ptrdiff_t>(count));
  return true;
}

// ---- Receiving ----

DescriptorReceiver::DescriptorReceiver(net::EventLoop& loop, int fd, Handler handler)
    : loop_(loop), fd_(fd), handler_(std::move(handler)) {
  if (!loop_.watch(fd_, *this, EPOLLIN)) ::close(std::exchange(fd_, -1));
}

DescriptorReceiver::~DescriptorReceiver() {
  if (fd_ < 0) return;
  loop_.unwatch(fd_, *this);
  ::close(fd_);
}

void DescriptorReceiver::on_events(std::uint32_t /*events*/) {
  for (int i = 0; i < kMessagesPerIteration && fd_ >= 0; ++i) {
    if (!receive_some()) return;
  }
}

// Returns whether it makes sense to go on. REQUIRES: the handler does not destroy this.
bool DescriptorReceiver::receive_some() {
  Parts parts;
  const ssize_t size = ::recvmsg(fd_, &parts.message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
  if (size < 0) return errno == EINTR;
  if (size == 0) {
    loop_.unwatch(fd_, *this);
    ::close(std::exchange(fd_, -1));
    return false;
  }
  const std::size_t count = static_cast<std::size_t>(size) / sizeof(std::uint64_t);
  std::array<int, kPerMessage> fds;
  fds.fill(-1);
  const cmsghdr* const header = CMSG_FIRSTHDR(&parts.message);
  if (header != nullptr && header->cmsg_type == SCM_RIGHTS) {
    std::memcpy(fds.data(), CMSG_DATA(header), header->cmsg_len - CMSG_LEN(0));
  }
  for (std::size_t i = 0; i < count; ++i) handler_({fds[i], parts.numbers[i]});
  return true;
}

}  // namespace socketcluster::ipc
