// SPDX-License-Identifier: MIT
// The output of one loop iteration: for each connection that was written to, the list of blocks to
// send. At the end of the iteration each connection is flushed with one system call.
//
// A busy channel makes the same list for every subscriber. Neighbours with equal lists share one
// concatenated chunk, so per subscriber there is only the append of a pointer and the send itself.
// What the kernel does not take moves into the connection's backlog, as references.
//
// Connections that are idle own nothing here: lists are pooled and reused by the next iteration.
// Thread rule: belongs to its loop.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/shared_bytes.h"

namespace socketcluster::net {

class Connection;

class OutputBatch {
 public:
  OutputBatch();

  // Queues a reference to `bytes` for the connection.
  void append(Connection& connection, const base::SharedBytes& bytes);
  // Room for `size` private bytes for the connection; see Connection::reserve().
  char* reserve(Connection& connection, std::size_t size);

  bool empty() const { return used_ == 0; }
  // Sends everything. Never calls a handler.
  void flush_all();
  // Sends what is queued for this connection now.
  void flush(Connection& connection);
  // Drops what is queued for this connection.
  void drop(Connection& connection);
  std::size_t queued_bytes(const Connection& connection) const;

 private:
  struct Entry {
    Connection* connection = nullptr;
    std::vector<base::SharedBytes> blocks;
    base::SharedBytes tail;  // private bytes that may still grow
    std::size_t tail_used = 0;
    std::size_t bytes = 0;  // of all blocks and the tail
  };

  Entry& entry_of(Connection& connection);
  void close_tail(Entry& entry);
  void limit_memory(Connection& connection, Entry& entry);
  void send_entry(Entry& entry);
  std::size_t send_blocks(Connection& connection, const Entry& entry);
  std::size_t send_gathered(Connection& connection, const Entry& entry);
  const char* concatenate(const Entry& entry);
  void reset(Entry& entry);

  std::vector<Entry> entries_;
  std::size_t used_ = 0;                         // entries_[0, used_) belong to this iteration
  std::size_t block_count_ = 0;                  // over all entries
  std::unique_ptr<char[]> chunk_;                // the last concatenation ...
  std::vector<base::SharedBytes> chunk_blocks_;  // ... and what it was made of
};

}  // namespace socketcluster::net
