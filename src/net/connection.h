// SPDX-License-Identifier: MIT
// A connected stream socket on a loop: reading through the loop's shared buffer, output that is
// queued and flushed once per iteration, bounded queues, and closing as a request.
//
//   kOpen --close()--> kDraining --queue empty--> kLingering --peer's FIN or 2 s--> kClosed
//     |  \                 |                                                           ^
//     |   hard output limit -> kOverflowed -> on_overflow() -> kDraining or            |
//     +------------- abort(), error, reset ---------------------------------------------+
//
// With a transport (transport.h) it is the same, with a handshake first: output waits for it, and
// close() ends the connection at once.
//
// A peer that has died may have sent something before: when output fails, the connection goes on
// reading until there is no more, then it ends as it does on a FIN or a reset.
//
// Thread rule: loop thread only. Lifetime: owned by the loop; destroyed at the end of the iteration
// in which ConnectionHandler::on_closed() was called, which happens exactly once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/shared_bytes.h"
#include "net/event_loop.h"
#include "net/proxy_header.h"
#include "net/transport.h"

struct iovec;

namespace socketcluster::net {

// Bytes that may wait for a peer that reads too slowly.
struct OutputLimits {
  std::size_t soft_bytes = std::size_t{1024} * 1024;  // above: nothing more is read from this peer
  std::size_t hard_bytes = std::size_t{4} * 1024 * 1024;  // above: ConnectionHandler::on_overflow()
};

class ConnectionHandler {
 public:
  // Bytes from the peer, in the loop's read buffer: writable (parsers unmask in place), valid for
  // this call only. Not called after close() or abort().
  virtual void on_bytes(std::span<char> bytes) = 0;
  // The peer will send no more (FIN). The default closes the connection; output is still delivered.
  virtual void on_end();
  // The transport's handshake is complete. May set another handler.
  virtual void on_ready() {}
  // The kernel has taken some of the output that had to wait for the peer, and more waits.
  virtual void on_backlog_sent() {}
  // The queue has become empty after output had to wait for the peer, or there is room again for
  // send_file().
  virtual void on_drain() {}
  // More than hard_bytes wait. Everything that had not begun to be sent is already dropped. The
  // handler may write a farewell and close(); the default aborts.
  virtual void on_overflow();
  // Last call: the connection is destroyed right after. The handler may destroy itself here.
  virtual void on_closed() = 0;
  virtual const OutputLimits& output_limits() const;

 protected:
  friend class Connection;
  friend class EventLoop;
  virtual ~ConnectionHandler() = default;
  // Set by Connection::set_handler(); null after on_closed().
  Connection* connection_ = nullptr;
};

class Connection final : public Pollable {
 public:
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // REQUIRES: a handler is set before the iteration of adopt() ends; it outlives the connection or
  // hands over to another one first. May be called inside on_bytes() (protocol upgrade).
  void set_handler(ConnectionHandler& handler);
  // Everything goes through `transport` from now on. REQUIRES: nothing was read or written yet.
  void set_transport(std::unique_ptr<Transport> transport) { transport_ = std::move(transport); }
  // Null: bytes travel as they are.
  const Transport* transport() const { return transport_.get(); }
  int fd() const { return fd_; }
  EventLoop& loop() const { return *loop_; }
  bool is_open() const { return state_ == State::kOpen; }

  // ---- Output. Ignored when not open. Sent at the end of the iteration, in order, with one call.
  // ---- Queues a reference: the same block may be queued on any number of connections without a
  // copy.
  void write(const base::SharedBytes& bytes);
  // Copies `bytes` behind what is queued already.
  void write_copy(std::string_view bytes);
  // Room for `size` bytes behind what is queued already; to be filled before any other call on this
  // connection. REQUIRES: 0 < size <= 64 KiB.
  char* reserve(std::size_t size);
  // Bytes that were written and not yet taken by the kernel.
  std::size_t queued_bytes() const;
  // Offers what is queued to the kernel now, for who has to know before the end of the iteration
  // whether it was taken. Calls no handler.
  void flush();

  // ---- Files: output that need not pass through this process ----
  // Whether send_file() may be used: bytes go to the kernel as they are. Otherwise, as when they
  // have to be encrypted, the caller reads the file and uses write().
  bool can_send_files() const { return transport_ == nullptr; }
  // Sends up to `size` bytes of a file from `offset`, behind what was written before, and returns
  // how many were taken (a peer that takes nothing any more takes all). When it is fewer,
  // on_drain() comes as soon as there is room. Call flush() first: while anything is queued nothing
  // is taken. Nothing: the file has ended or cannot be read. Calls no handler. REQUIRES:
  // can_send_files(), size > 0, and the process ignores SIGPIPE.
  std::optional<std::size_t> send_file(int file, std::uint64_t offset, std::size_t size);
  // send_file() has taken less than it was given, and on_drain() is to come.
  bool awaits_room() const { return awaits_room_; }

  // ---- Input ----
  // Nothing is read while paused; what the peer sends waits in the kernel. Default: reading.
  void pause_reading();
  void resume_reading();
  bool is_reading_paused() const { return paused_by_user_ || paused_by_backlog_; }

  // While peeking, the handler is shown what has come, and it stays in the kernel, for whoever
  // reads next, but for what it drops. It must drop all, or end the peeking, or it is shown the
  // same at once again. REQUIRES: no transport yet.
  void set_peeking(bool peeks) { peeks_ = peeks; }
  // REQUIRES: called in on_bytes() while peeking; at most what was shown.
  void drop_input(std::size_t size);

  // ---- Closing. Requests: on_closed() comes at the end of an iteration. ----
  // Delivers what is queued (at most kCloseTimeoutMs), sends FIN, waits shortly for the peer's FIN.
  void close();
  // Ends the connection at the end of this iteration with a reset; queued output is lost.
  void abort();

  // The peer is somebody else than who has connected, who speaks for it.
  void set_peer(PeerAddress peer);
  // "127.0.0.1", "::1", "" for UNIX sockets or when the peer is gone already.
  std::string remote_address() const;
  std::uint16_t remote_port() const;
  bool is_remote_ipv6() const;

  static constexpr std::uint64_t kCloseTimeoutMs = 5000;
  static constexpr std::uint64_t kLingerMs = 2000;

 private:
  friend class EventLoop;
  friend class OutputBatch;
  enum class State : std::uint8_t { kOpen, kOverflowed, kDraining, kLingering, kClosed };
  struct Extra;

  Connection(EventLoop& loop, int fd);
  ~Connection();

  void on_events(std::uint32_t events) override;
  void read_once();
  void read_transport(std::span<char> buffer);
  void read_again();
  void discard_input();
  void peer_ended();
  void tell_first_bytes();

  // For OutputBatch.
  bool can_send_now() const;
  std::size_t send_now(const char* data, std::size_t size);
  std::size_t send_now(iovec* parts, std::size_t count);
  void keep_unsent(const std::vector<base::SharedBytes>& blocks, std::size_t sent);

  Extra& extra();
  std::size_t waiting_blocks() const;
  std::size_t unsent_bytes() const {
    return transport_ == nullptr ? 0 : transport_->unsent_bytes();
  }
  std::size_t send_transport(std::span<const iovec> parts);
  bool flush_transport();
  void send_backlog();
  void tell_room();
  void send_failed();
  void drop_backlog();
  void backlog_changed();
  void backlog_sent();
  void overflowed();
  void output_done();
  void say_goodbye();
  void close_timed_out();
  void finish();
  void drop();
  void update_interest();

  EventLoop* loop_;
  ConnectionHandler* handler_ = nullptr;
  std::unique_ptr<Extra> extra_;  // only while the peer is slow or the connection is being closed
  std::unique_ptr<Transport> transport_;  // null: the socket itself
  int fd_;
  std::uint32_t pending_ =
      kNoPending;               // index of this iteration's output in the loop's OutputBatch
  std::uint32_t interest_ = 0;  // EPOLL* bits that are watched
  State state_ = State::kOpen;
  bool paused_by_user_ : 1 = false;
  bool paused_by_backlog_ : 1 = false;
  bool peer_ended_ : 1 = false;      // the peer's FIN was seen
  bool output_failed_ : 1 = false;   // the peer takes nothing any more; output is dropped
  bool is_watched_ : 1 = false;      // see EventLoop::adopt_watched()
  bool is_shared_ : 1 = false;       // another process may have the socket as well
  bool awaits_room_ : 1 = false;     // see send_file()
  bool peeks_ : 1 = false;           // see set_peeking()
  bool has_peer_ : 1 = false;        // in the loop's peers_
  bool is_nonblocking_ : 1 = false;  // the descriptor is known not to block
  bool reads_again_ : 1 = false;     // is among the loop's read_again_

  static constexpr std::uint32_t kNoPending = UINT32_MAX;
};

}  // namespace socketcluster::net
