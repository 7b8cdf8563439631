// SPDX-License-Identifier: MIT
// SocketRef: a counted weak reference to a ClientSocket, for an answer that has to come later. A
// socket has the block behind it only while somebody holds one, so that an idle socket costs
// nothing but a null pointer; SocketState is the heavier thing, for user code.
//
// References are counted, not atomic. Thread rule: loop thread.
#pragma once

#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <utility>

namespace socketcluster::server {

class ClientSocket;

// The block: owned by the references, known to the socket.
struct SocketLink {
  ClientSocket* socket;        // null when the connection is over
  SocketLink** socket_member;  // the socket's pointer to this block; valid while `socket` is
  std::uint32_t references = 0;
  // Channels whose subscription is not confirmed, so that the application has not heard of it.
  std::set<std::string, std::less<>> unconfirmed{};
};

class SocketRef {
 public:
  explicit SocketRef(SocketLink& link) : link_(&link) { ++link_->references; }
  SocketRef(SocketRef&& other) noexcept : link_(std::exchange(other.link_, nullptr)) {}
  SocketRef(const SocketRef&) = delete;
  SocketRef& operator=(const SocketRef&) = delete;
  ~SocketRef() {
    if (link_ == nullptr || --link_->references != 0) return;
    if (link_->socket != nullptr) *link_->socket_member = nullptr;
    delete link_;
  }

  // Null when the connection is over.
  ClientSocket* live() const { return link_->socket; }

 private:
  SocketLink* link_;
};

}  // namespace socketcluster::server
