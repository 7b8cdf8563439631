// SPDX-License-Identifier: MIT
#include "exchange/link_connection.h"

#include <sys/socket.h>
#include <sys/un.h>

#include <cerrno>
#include <cstdint>
#include <cstring>

#include "base/descriptor.h"
#include "net/send_buffer.h"

namespace socketcluster::exchange {
namespace {

base::Failure failure(const std::string& path, const char* reason) {
  return {"cannot connect to the broker at '" + path + "': " + reason};
}

// Never waits: a listener's full queue is an error as others.
base::Result<base::Descriptor> connect_unix(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) return failure(path, "the path is too long");
  path.copy(address.sun_path, path.size());
  base::Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const bool is_connected =
      socket.is_valid() &&
      ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  if (!is_connected) return failure(path, std::strerror(errno));
  net::raise_send_buffer(socket.get());
  return socket;
}

}  // namespace

base::Result<LinkConnection*> LinkConnection::open(net::EventLoop& loop, const std::string& path,
                                                   Owner& owner) {
  base::Result<base::Descriptor> socket = connect_unix(path);
  if (!socket) return socket.error();
  auto* link = new LinkConnection(owner);  // deletes itself in on_closed()
  loop.adopt(socket->release()).set_handler(*link);
  return link;
}

// The link bounds what it queues. Reading never stops because of output that waits: with both ends
// doing so, neither would go on.
const net::OutputLimits& LinkConnection::output_limits() const {
  static constexpr net::OutputLimits kNone{.soft_bytes = SIZE_MAX, .hard_bytes = SIZE_MAX};
  return kNone;
}

void LinkConnection::abandon() {
  owner_ = nullptr;
  if (connection_ != nullptr) connection_->abort();
}

void LinkConnection::on_bytes(std::span<char> bytes) {
  const base::Status status = reader_.read({bytes.data(), bytes.size()}, *this);
  if (status) return;
  if (owner_ != nullptr) owner_->on_protocol_error(status.error().text);
  connection_->abort();
}

broker::FrameSink::Go LinkConnection::on_frame(const broker::Frame& frame) {
  if (owner_ != nullptr && connection_->is_open()) owner_->on_frame(frame);
  return Go::kOn;
}

void LinkConnection::on_closed() {
  if (owner_ != nullptr) owner_->on_lost();
  delete this;
}

}  // namespace socketcluster::exchange
