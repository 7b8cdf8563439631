// SPDX-License-Identifier: MIT
// The first moments of a connection that comes through a proxy: reads the header of the PROXY
// protocol, so that the connection tells the client's address as its peer's, and hands the
// connection on before anything else of it is read (the rest may be a TLS handshake).
//
// A connection whose header is malformed or does not come within kTimeoutMs is reset: nobody who
// speaks HTTP is there to be told. Thread rule: loop thread only. Lifetime: owns itself, until the
// connection is handed on or closed.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "base/unique_function.h"
#include "net/connection.h"

namespace socketcluster::net {

class ProxyPreface final : public ConnectionHandler, private Timer {
 public:
  // Sets a handler of its own.
  using Next = base::UniqueFunction<void(Connection&)>;
  // Told of a connection that is given up; one line.
  using Complaint = base::UniqueFunction<void(std::string_view)>;

  static constexpr std::uint64_t kTimeoutMs = 3000;

  // REQUIRES: nothing was read from the connection yet.
  static void begin(Connection& connection, Next next, Complaint complaint);

  ProxyPreface(const ProxyPreface&) = delete;
  ProxyPreface& operator=(const ProxyPreface&) = delete;

 private:
  friend struct std::default_delete<ProxyPreface>;
  ProxyPreface(Next next, Complaint complaint)
      : next_(std::move(next)), complaint_(std::move(complaint)) {}
  ~ProxyPreface() override = default;

  void on_bytes(std::span<char> bytes) override;
  void on_end() override;
  void on_closed() override { delete this; }
  void on_timer() override;
  void hand_on();
  void give_up(std::string_view why);

  Next next_;
  Complaint complaint_;
  std::string header_;  // as far as it has come
};

}  // namespace socketcluster::net
