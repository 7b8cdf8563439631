// SPDX-License-Identifier: MIT
#include "net/connection.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "base/assert.h"
#include "net/output_batch.h"

namespace socketcluster::net {

void ConnectionHandler::on_end() {
  connection_->close();
}
void ConnectionHandler::on_overflow() {
  connection_->abort();
}
const OutputLimits& ConnectionHandler::output_limits() const {
  static constexpr OutputLimits kDefault;
  return kDefault;
}

// What only few connections have: output that waits for the peer, and the deadline of a close.
struct Connection::Extra final : Timer {
  explicit Extra(Connection& owner) : connection(owner) {}
  void on_timer() override { connection.close_timed_out(); }
  std::size_t waiting() const { return blocks.size() - first; }

  Connection& connection;
  std::vector<base::SharedBytes> blocks;  // blocks[first, ...) wait, the first one from `offset` on
  std::size_t first = 0;
  std::size_t offset = 0;
  std::size_t bytes = 0;
};

Connection::Connection(EventLoop& loop, int fd) : loop_(&loop), fd_(fd), interest_(EPOLLIN) {}
Connection::~Connection() {
  ::close(fd_);
}

void Connection::set_handler(ConnectionHandler& handler) {
  if (handler_ != nullptr) handler_->connection_ = nullptr;
  handler_ = &handler;
  handler.connection_ = this;
}

// ---- Input ----

void Connection::on_events(std::uint32_t events) {
  if (state_ == State::kClosed) return;
  if ((events & EPOLLOUT) != 0) {
    const bool could_send = !output_failed_;
    send_backlog();
    // `events` may come from a time when input was not watched.
    if (could_send && output_failed_) return;
  }
  if (state_ == State::kClosed) return;
  const bool reads = (interest_ & EPOLLIN) != 0;
  // The error comes to light when everything that the peer had sent is read.
  const bool has_rest = state_ == State::kOpen && reads && (events & EPOLLIN) != 0;
  if ((events & EPOLLERR) != 0 && !has_rest) return finish();
  // Both directions are shut and nobody wants what is left: without this, EPOLLHUP repeats for
  // ever.
  if ((events & EPOLLHUP) != 0 && !reads) return finish();
  if (!reads || (events & (EPOLLIN | EPOLLHUP)) == 0) return;
  if (state_ == State::kOpen) {
    read_once();
  } else {
    discard_input();
  }
}

// One read per iteration and connection: a flooding peer gets no more than its share.
void Connection::read_once() {
  const std::span<char> buffer = loop_->read_buffer();
  if (transport_ != nullptr) [[unlikely]]
    return read_transport(buffer);
  const int flags = peeks_ ? MSG_DONTWAIT | MSG_PEEK : MSG_DONTWAIT;
  const ssize_t size = ::recv(fd_, buffer.data(), buffer.size(), flags);
  if (is_watched_ && size >= 0) tell_first_bytes();
  if (size > 0) return handler_->on_bytes(buffer.first(static_cast<std::size_t>(size)));
  if (size == 0) return peer_ended();
  if (errno != EAGAIN && errno != EINTR) finish();
}

void Connection::drop_input(std::size_t size) {
  const std::span<char> buffer = loop_->read_buffer();
  while (size > 0) {
    const ssize_t dropped = ::recv(fd_, buffer.data(), std::min(size, buffer.size()), MSG_DONTWAIT);
    if (dropped <= 0 && errno != EINTR) return;
    if (dropped > 0) size -= static_cast<std::size_t>(dropped);
  }
}

void Connection::read_transport(std::span<char> buffer) {
  const bool was_ready = transport_->is_ready();
  const Transport::Received received = transport_->receive(buffer);
  if (is_watched_ && transport_->has_begun()) tell_first_bytes();
  if (transport_->has_input()) read_again();
  if (transport_->unsent_bytes() > 0) update_interest();
  if (!was_ready && transport_->is_ready()) {
    handler_->on_ready();
    if (state_ != State::kOpen) return;
  }
  switch (received.input) {
    case Transport::Input::kNone:
      return;
    case Transport::Input::kBytes:
      return handler_->on_bytes(buffer.first(received.size));
    case Transport::Input::kEnd:
      return peer_ended();
    case Transport::Input::kBroken:
      // The peer may want to read why.
      return say_goodbye();
  }
}

// epoll does not know what a transport keeps.
void Connection::read_again() {
  if (reads_again_) return;
  reads_again_ = true;
  loop_->read_again_.push_back(this);
}

void Connection::tell_first_bytes() {
  is_watched_ = false;
  if (loop_->on_first_bytes_) loop_->on_first_bytes_(fd_);
}

// Past a transport: nobody wants to know what it says.
void Connection::discard_input() {
  const std::span<char> buffer = loop_->read_buffer();
  const ssize_t size = ::recv(fd_, buffer.data(), buffer.size(), MSG_DONTWAIT);
  if (size == 0) return peer_ended();
  if (size < 0 && errno != EAGAIN && errno != EINTR) finish();
}

void Connection::peer_ended() {
  peer_ended_ = true;
  if (state_ == State::kOpen) {
    handler_->on_end();
  } else if (state_ == State::kLingering) {
    finish();
  }
  // The usual answer to an end is a close with nothing waiting. It is complete, or waits for the
  // peer, at the end of this iteration, so there is no need to change what is watched until then.
  const bool ends_now = state_ == State::kDraining && extra_->waiting() == 0;
  if (!ends_now) update_interest();
}

void Connection::pause_reading() {
  paused_by_user_ = true;
  update_interest();
}

void Connection::resume_reading() {
  paused_by_user_ = false;
  update_interest();
}

std::size_t Connection::waiting_blocks() const {
  return extra_ == nullptr ? 0 : extra_->waiting();
}

void Connection::update_interest() {
  if (state_ == State::kClosed) return;
  const bool paused = state_ == State::kOpen && is_reading_paused();
  std::uint32_t wanted = paused || peer_ended_ ? 0 : static_cast<std::uint32_t>(EPOLLIN);
  if (awaits_room_ || waiting_blocks() > 0 || unsent_bytes() > 0) wanted |= EPOLLOUT;
  if (wanted == interest_) return;
  // What the transport has kept while nothing was read.
  const bool reads = (wanted & ~interest_ & static_cast<std::uint32_t>(EPOLLIN)) != 0;
  if (reads && transport_ != nullptr && transport_->has_input()) read_again();
  interest_ = wanted;
  loop_->rewatch(fd_, *this, wanted);
}

// ---- Output ----

void Connection::write(const base::SharedBytes& bytes) {
  if (state_ == State::kOpen && bytes.size() > 0) loop_->output_->append(*this, bytes);
}

void Connection::write_copy(std::string_view bytes) {
  if (state_ != State::kOpen || bytes.empty()) return;
  constexpr std::size_t kReserveLimit = std::size_t{64} * 1024;
  if (bytes.size() > kReserveLimit) return write(base::SharedBytes::copy_of(bytes));
  std::memcpy(reserve(bytes.size()), bytes.data(), bytes.size());
}

char* Connection::reserve(std::size_t size) {
  SC_DCHECK(size > 0);
  return loop_->output_->reserve(*this, size);
}

std::size_t Connection::queued_bytes() const {
  return loop_->output_->queued_bytes(*this) + (extra_ == nullptr ? 0 : extra_->bytes) +
         unsent_bytes();
}

void Connection::flush() {
  loop_->output_->flush(*this);
}

bool Connection::can_send_now() const {
  return (state_ == State::kOpen || state_ == State::kDraining) && !output_failed_ &&
         (extra_ == nullptr || extra_->waiting() == 0) &&
         (transport_ == nullptr || (transport_->is_ready() && transport_->unsent_bytes() == 0));
}

std::size_t Connection::send_now(const char* data, std::size_t size) {
  if (transport_ != nullptr) [[unlikely]] {
    const iovec part{const_cast<char*>(data), size};
    return send_transport({&part, 1});
  }
  for (;;) {
    const ssize_t sent = ::send(fd_, data, size, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent >= 0) return static_cast<std::size_t>(sent);
    if (errno == EINTR) continue;
    if (errno == EAGAIN || errno == ENOBUFS) return 0;
    send_failed();
    return kSendFailed;
  }
}

std::size_t Connection::send_now(iovec* parts, std::size_t count) {
  if (transport_ != nullptr) [[unlikely]]
    return send_transport({parts, count});
  msghdr message{};
  message.msg_iov = parts;
  message.msg_iovlen = count;
  for (;;) {
    const ssize_t sent = ::sendmsg(fd_, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent >= 0) return static_cast<std::size_t>(sent);
    if (errno == EINTR) continue;
    if (errno == EAGAIN || errno == ENOBUFS) return 0;
    send_failed();
    return kSendFailed;
  }
}

// Also what the transport has taken and the kernel has not is watched for.
std::size_t Connection::send_transport(std::span<const iovec> parts) {
  const std::size_t sent = transport_->send(parts);
  if (sent == kSendFailed) {
    send_failed();
  } else if (transport_->unsent_bytes() > 0) {
    update_interest();
  }
  return sent;
}

// Before any backlog. Returns whether that is next.
bool Connection::flush_transport() {
  const std::size_t unsent = transport_->unsent_bytes();
  if (unsent == 0) return transport_->is_ready();
  if (!transport_->flush()) {
    send_failed();
    return false;
  }
  if (transport_->unsent_bytes() > 0) {
    if (state_ == State::kOpen && transport_->unsent_bytes() < unsent) handler_->on_backlog_sent();
    return false;
  }
  if (waiting_blocks() > 0 && transport_->is_ready()) return true;
  if (transport_->is_ready()) {
    backlog_sent();
  } else {
    update_interest();
  }
  return false;
}

void Connection::send_failed() {
  if (state_ != State::kOpen || paused_by_user_ || peer_ended_) return finish();
  output_failed_ = true;
  paused_by_backlog_ = awaits_room_ = false;
  if (extra_ != nullptr) {
    extra_->blocks.clear();
    extra_->first = extra_->offset = extra_->bytes = 0;
  }
  update_interest();
}

Connection::Extra& Connection::extra() {
  if (extra_ == nullptr) extra_ = std::make_unique<Extra>(*this);
  return *extra_;
}

// Takes over what the kernel did not: references to `blocks` behind their first `sent` bytes.
void Connection::keep_unsent(const std::vector<base::SharedBytes>& blocks, std::size_t sent) {
  if (output_failed_ || (state_ != State::kOpen && state_ != State::kDraining)) return;
  Extra& backlog = extra();
  for (const base::SharedBytes& block : blocks) {
    if (sent >= block.size()) {
      sent -= block.size();
      continue;
    }
    if (backlog.waiting() == 0) backlog.offset = sent;
    backlog.bytes += block.size() - sent;
    backlog.blocks.push_back(block);
    sent = 0;
  }
  backlog_changed();
}

void Connection::send_backlog() {
  if (transport_ != nullptr && !flush_transport()) return;
  if (extra_ == nullptr || extra_->waiting() == 0) return tell_room();
  Extra& backlog = *extra_;
  std::array<iovec, 64> parts;
  std::size_t count = 0;
  for (; count < parts.size() && count < backlog.waiting(); ++count) {
    const base::SharedBytes& block = backlog.blocks[backlog.first + count];
    const std::size_t skip = count == 0 ? backlog.offset : 0;
    parts[count] = {const_cast<char*>(block.data()) + skip, block.size() - skip};
  }
  std::size_t sent = send_now(parts.data(), count);
  if (sent == kSendFailed) return;
  backlog.bytes -= sent;
  sent += backlog.offset;
  while (backlog.waiting() > 0 && sent >= backlog.blocks[backlog.first].size()) {
    sent -= backlog.blocks[backlog.first].size();
    backlog.blocks[backlog.first++] = base::SharedBytes();
  }
  backlog.offset = sent;
  // Amortised: the array shrinks by half each time that its first half has been sent.
  if (backlog.first * 2 >= backlog.blocks.size()) {
    backlog.blocks.erase(backlog.blocks.begin(),
                         backlog.blocks.begin() + static_cast<std::ptrdiff_t>(backlog.first));
    backlog.first = 0;
  }
  backlog_changed();
  if (state_ == State::kOpen && extra_ != nullptr) handler_->on_backlog_sent();
}

// ---- Files ----

std::optional<std::size_t> Connection::send_file(int file, std::uint64_t offset, std::size_t size) {
  if (state_ != State::kOpen || output_failed_) return size;
  if (queued_bytes() > 0) return 0;  // on_drain() comes behind what is queued
  if (!is_nonblocking_) {
    // sendfile() has no flag for one call; other calls have, and do not mind.
    ::fcntl(fd_, F_SETFL, ::fcntl(fd_, F_GETFL) | O_NONBLOCK);
    is_nonblocking_ = true;
  }
  auto position = static_cast<off_t>(offset);
  ssize_t sent = 0;
  do {
    sent = ::sendfile(fd_, file, &position, size);
  } while (sent < 0 && errno == EINTR);
  if (sent == 0) return std::nullopt;
  if (sent < 0 && (errno == EIO || errno == EINVAL || errno == EOVERFLOW)) return std::nullopt;
  if (sent < 0 && errno != EAGAIN && errno != ENOBUFS) {
    send_failed();
    return size;
  }
  const auto taken = static_cast<std::size_t>(std::max<ssize_t>(sent, 0));
  awaits_room_ = taken < size;
  update_interest();
  return taken;
}

void Connection::tell_room() {
  const bool was_awaited = awaits_room_;
  awaits_room_ = false;
  if (was_awaited && state_ == State::kOpen) handler_->on_drain();
  update_interest();
}

void Connection::drop_backlog() {
  loop_->output_->drop(*this);
  if (extra_ == nullptr) return;
  Extra& backlog = *extra_;
  const std::size_t begun = backlog.waiting() > 0 && backlog.offset > 0 ? 1 : 0;
  backlog.blocks.resize(backlog.first + begun);
  backlog.bytes = begun == 0 ? 0 : backlog.blocks[backlog.first].size() - backlog.offset;
}

void Connection::backlog_changed() {
  const std::size_t bytes = extra_->bytes;
  if (state_ == State::kOpen) {
    const OutputLimits& limits = handler_->output_limits();
    if (bytes > limits.hard_bytes) return overflowed();
    if (bytes > limits.soft_bytes) {
      paused_by_backlog_ = true;
    } else if (bytes <= limits.soft_bytes / 2) {
      paused_by_backlog_ = false;
    }
  }
  if (bytes > 0 || unsent_bytes() > 0) return update_interest();
  backlog_sent();
}

// Nothing waits any more.
void Connection::backlog_sent() {
  if (state_ == State::kOpen) {
    extra_.reset();
    update_interest();
    handler_->on_drain();
  } else {
    output_done();
  }
}

void Connection::overflowed() {
  state_ = State::kOverflowed;
  drop_backlog();
  update_interest();
  loop_->overflowed_.push_back(this);
}

// ---- Closing ----

void Connection::close() {
  if (state_ != State::kOpen) return;
  // Nothing could be sent until the peer has shaken hands.
  if (transport_ != nullptr && !transport_->is_ready()) return finish();
  state_ = State::kDraining;
  loop_->timers().arm(extra(), loop_->now_ms() + kCloseTimeoutMs);
  if (!peer_ended_) update_interest();
  loop_->draining_.push_back(this);
}

// Everything was sent: says so to the peer, and waits for it to do the same, because closing with
// unread input would make the kernel reset the connection and the peer lose the last bytes.
void Connection::output_done() {
  if (state_ == State::kDraining && output_failed_) return finish();
  if (state_ != State::kDraining || !can_send_now()) return;
  if (transport_ != nullptr) transport_->close();
  if (peer_ended_) return finish();  // all input was read: closing the descriptor sends the FIN
  say_goodbye();
}

void Connection::say_goodbye() {
  ::shutdown(fd_, SHUT_WR);
  state_ = State::kLingering;
  loop_->timers().arm(extra(), loop_->now_ms() + kLingerMs);
  update_interest();
}

void Connection::close_timed_out() {
  if (state_ == State::kDraining) return abort();
  finish();
}

void Connection::abort() {
  if (state_ == State::kClosed) return;
  const linger reset{1, 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
  finish();
}

// The loop ends. What the kernel has of a connection that was closed in order still reaches the
// peer; a reset would throw it away.
void Connection::drop() {
  if (state_ == State::kLingering) return finish();
  abort();
}

// The end: the handler is told and the object destroyed when this iteration ends.
void Connection::finish() {
  if (state_ == State::kClosed) return;
  state_ = State::kClosed;
  loop_->closed_.push_back(this);
}

// ---- Addresses ----

namespace {

sockaddr_storage peer_of(int fd) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  if (::getpeername(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    address.ss_family = AF_UNSPEC;
  }
  return address;
}

}  // namespace

void Connection::set_peer(PeerAddress peer) {
  has_peer_ = true;
  loop_->peers_[fd_] = std::move(peer);
}

std::string Connection::remote_address() const {
  if (has_peer_) return loop_->peers_.at(fd_).address;
  const sockaddr_storage peer = peer_of(fd_);
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (peer.ss_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(peer);
    ::inet_ntop(AF_INET, &v4.sin_addr, text.data(), text.size());
  } else if (peer.ss_family == AF_INET6) {
    const auto& v6 = reinterpret_cast<const sockaddr_in6&>(peer);
    ::inet_ntop(AF_INET6, &v6.sin6_addr, text.data(), text.size());
  }
  return text.data();
}

std::uint16_t Connection::remote_port() const {
  if (has_peer_) return loop_->peers_.at(fd_).port;
  const sockaddr_storage peer = peer_of(fd_);
  if (peer.ss_family == AF_INET) return ntohs(reinterpret_cast<const sockaddr_in&>(peer).sin_port);
  if (peer.ss_family == AF_INET6) {
    return ntohs(reinterpret_cast<const sockaddr_in6&>(peer).sin6_port);
  }
  return 0;
}

bool Connection::is_remote_ipv6() const {
  if (has_peer_) return loop_->peers_.at(fd_).is_ipv6;
  return peer_of(fd_).ss_family == AF_INET6;
}

}  // namespace socketcluster::net
