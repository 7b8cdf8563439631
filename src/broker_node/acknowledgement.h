// SPDX-License-Identifier: MIT
// Acknowledgement: up to which of a worker's commands everything is done. A publish is done when
// the kernel has its message for every subscribed worker, so a batch of commands may have to wait
// until some connections have sent what they had queued by then.
//
// At most two batches wait: `current_`, whose places are fixed, and `next_`, which takes in all
// that comes meanwhile. So memory is bounded by the number of workers, and an acknowledgement is
// late by at most one batch. Thread rule: loop thread.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

namespace socketcluster::broker_node {

// A connection's output as a stream of bytes.
class OutputStream {
 public:
  // Bytes that were ever written, and how many of them the kernel has taken.
  virtual std::uint64_t written_bytes() const = 0;
  virtual std::uint64_t taken_bytes() const = 0;

 protected:
  ~OutputStream() = default;
};

class Acknowledgement {
 public:
  // All commands up to number `count` were carried out; the messages of the latest went to
  // `outputs`. Returns up to which number all is done, when that has changed.
  template <typename Outputs>
  std::optional<std::uint64_t> batch_done(std::uint64_t count, const Outputs& outputs) {
    Batch& batch = current_.is_empty() ? current_ : next_;
    for (const OutputStream* output : outputs) {
      if (output->taken_bytes() < output->written_bytes()) {
        batch.wait_for({output, output->written_bytes()});
      }
    }
    batch.count = count;
    return advance();
  }

  // The kernel has taken more. Returns as above.
  std::optional<std::uint64_t> advance();
  // A connection has ended; nothing of it is waited for. Call advance() afterwards.
  void forget(const OutputStream& output);
  bool is_waiting() const { return !current_.is_empty(); }

 private:
  struct Place {
    const OutputStream* output;
    std::uint64_t bytes;  // that have to be taken
    bool is_reached() const { return output->taken_bytes() >= bytes; }
  };
  struct Batch {
    std::uint64_t count = 0;  // 0: there is none
    std::vector<Place> places;
    bool is_empty() const { return count == 0; }
    void wait_for(const Place& place);
  };

  Batch current_;
  Batch next_;
};

}  // namespace socketcluster::broker_node
