// SPDX-License-Identifier: MIT
// TLS between a connection and its socket, the server's side.
//
//   receive():  socket --recv--> OpenSSL --SSL_read--> the loop's read buffer
//   send():     blocks --SSL_write--> records in the shared staging buffer --send--> socket
//                                                    what the kernel does not take: unsent_
//
// OpenSSL writes into memory, never to the socket: the records of one flush leave with one call,
// and there is no half-written record that would have to be offered again with the same bytes. A
// connection that is idle owns neither buffers nor unsent bytes.
//
// While something is unsent nothing more is encrypted, so the rest waits in the connection, where
// it counts and is limited. Only what the protocol itself answers can still be added.
//
// Thread rule: loop thread only.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "net/transport.h"
#include "tls/context.h"
#include "tls/openssl_objects.h"

namespace socketcluster::tls {

// Shared by all transports of a loop; empty between their calls.
struct Staging {
  std::string records;  // encrypted, to be sent
  std::string plain;    // small blocks that become one record
};

// Bounds what handshakes take from everything else: memory, and time in one iteration of the loop.
// Each of their steps may be a signature.
class HandshakeBudget {
 public:
  // Asked before each step, of which the first one has something to read. False: not now; the
  // socket stays readable.
  virtual bool take_step() = 0;

 protected:
  ~HandshakeBudget() = default;
};

class TlsTransport final : public net::Transport {
 public:
  // `fd` stays the connection's; `staging` must outlive the transport, `budget` its handshake.
  TlsTransport(int fd, std::shared_ptr<const Context> context, Staging& staging,
               HandshakeBudget& budget);
  ~TlsTransport() override = default;

  Received receive(std::span<char> buffer) override;
  bool has_input() const override { return has_input_; }
  bool has_begun() const override { return has_begun_; }
  bool is_ready() const override { return is_ready_; }
  std::size_t send(std::span<const iovec> parts) override;
  std::size_t unsent_bytes() const override { return unsent_.size() - unsent_from_; }
  bool flush() override;
  void close() override;

  // For what it knows of the peer. REQUIRES: is_ready().
  const SSL& ssl() const { return *ssl_; }
  // How far the handshake has come: another value after each message that was complete.
  int progress() const;
  // Why the handshake has failed, for a log; "" when it has not.
  const std::string& failure() const { return failure_; }

 private:
  class Pieces;
  struct Bridge;  // between OpenSSL and this object

  void make_ssl();
  bool shake_hands();
  net::Transport::Received read(std::span<char> buffer);
  bool write(const char* data, std::size_t size);
  bool send_records();
  bool send_all(const char* data, std::size_t size, std::size_t& sent);
  void drop_output();
  void broken();

  int read_socket(char* out, int size);
  void stage(const char* data, std::size_t size);

  const int fd_;
  Staging& staging_;
  HandshakeBudget& budget_;
  std::shared_ptr<const Context> context_;  // during the handshake
  std::string unsent_;                      // from unsent_from_ on
  std::string failure_;
  std::size_t unsent_from_ = 0;
  std::size_t readable_ = 0;  // bytes that may still be read in this call
  bool has_begun_ : 1 = false;
  bool is_text_ : 1 = false;  // what came first is no TLS
  bool is_ready_ : 1 = false;
  bool has_input_ : 1 = false;
  bool peer_ended_ : 1 = false;     // in TLS or in TCP
  bool is_broken_ : 1 = false;      // OpenSSL must not be asked any more
  bool output_failed_ : 1 = false;  // the kernel takes nothing any more
  Ssl ssl_;
};

}  // namespace socketcluster::tls
