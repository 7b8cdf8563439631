// SPDX-License-Identifier: MIT
#include "net/proxy_preface.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "net/proxy_header.h"

namespace socketcluster::net {

void ProxyPreface::begin(Connection& connection, Next next, Complaint complaint) {
  auto* preface = new ProxyPreface(std::move(next), std::move(complaint));  // owns itself
  connection.set_handler(*preface);
  connection.set_peeking(true);
  EventLoop& loop = connection.loop();
  loop.timers().arm(*preface, loop.now_ms() + kTimeoutMs);
}

// The bytes are still the kernel's. While the header is incomplete all of them belong to it.
void ProxyPreface::on_bytes(std::span<char> bytes) {
  const std::size_t had = header_.size();
  header_.append(bytes.data(), std::min(bytes.size(), kLongestProxyHeader - had));
  ProxyHeader parsed = parse_proxy_header(header_);
  switch (parsed.outcome) {
    case ProxyHeader::Outcome::kNeedMore:
      return connection_->drop_input(header_.size() - had);
    case ProxyHeader::Outcome::kInvalid:
      return give_up("the PROXY protocol's header is malformed");
    case ProxyHeader::Outcome::kComplete:
      connection_->drop_input(parsed.size - had);
      if (parsed.source) connection_->set_peer(std::move(*parsed.source));
      return hand_on();
  }
}

void ProxyPreface::on_end() {
  connection_->close();
}

void ProxyPreface::on_timer() {
  if (connection_ != nullptr) give_up("the PROXY protocol's header did not come in time");
}

void ProxyPreface::give_up(std::string_view why) {
  Timer::cancel();
  complaint_(why);
  connection_->abort();
}

void ProxyPreface::hand_on() {
  Timer::cancel();
  Connection& connection = *connection_;
  connection.set_peeking(false);
  next_(connection);
  // The connection is still on the stack below, with its call of on_bytes().
  connection.loop().defer([self = std::unique_ptr<ProxyPreface>(this)] {});
}

}  // namespace socketcluster::net
