// SPDX-License-Identifier: MIT
// What stands between a connection and its socket when bytes do not travel as they are: TLS. A
// connection without one calls the socket itself, and pays one branch for the possibility.
//
//   written --send()--> [ transport: unsent_bytes() ] --send(2)--> kernel
//
// A transport takes output completely or not at all, in pieces that it chooses. What it has taken
// and the kernel has not is its own: it can't be taken back, because it may be half of a record.
// So it is bounded, and takes nothing while something is unsent.
//
// Thread rule: loop thread only. Owned by its connection, which also owns the socket.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

struct iovec;

namespace socketcluster::net {

// What sending returns when the connection is broken.
inline constexpr std::size_t kSendFailed = SIZE_MAX;

class Transport {
 public:
  enum class Input : std::uint8_t {
    kNone,   // until the socket becomes readable
    kBytes,  // `size` of them
    kEnd,    // the peer will send no more
    kBroken
  };
  struct Received {
    Input input = Input::kNone;
    std::size_t size = 0;
  };

  Transport() = default;
  Transport(const Transport&) = delete;
  Transport& operator=(const Transport&) = delete;
  virtual ~Transport() = default;

  // Goes on with what has to come first (a handshake), then reads into `buffer`. May leave output
  // unsent.
  virtual Received receive(std::span<char> buffer) = 0;
  // receive() has more to say, although the socket may never become readable again.
  virtual bool has_input() const = 0;
  // The socket was read from.
  virtual bool has_begun() const = 0;
  // Output can be taken: the handshake is complete. Stays true.
  virtual bool is_ready() const = 0;

  // Takes bytes of `parts`, as many as it likes; returns how many, 0 when something is unsent, or
  // kSendFailed.
  virtual std::size_t send(std::span<const iovec> parts) = 0;
  // Taken, but not by the kernel yet. 0 after a failure.
  virtual std::size_t unsent_bytes() const = 0;
  // Offers what is unsent to the kernel again. False: the connection is broken.
  virtual bool flush() = 0;
  // Says goodbye, if that is possible without waiting. REQUIRES: nothing is unsent.
  virtual void close() = 0;
};

}  // namespace socketcluster::net
