// SPDX-License-Identifier: MIT
#include "net/output_batch.h"

#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "net/connection.h"

namespace socketcluster::net {
namespace {

constexpr std::size_t kChunkBytes = std::size_t{256} * 1024;
// Blocks that are larger on average are sent from where they are: copying would cost more than the
// kernel's walk over a list of them.
constexpr std::size_t kCopiedBlockBytes = 4096;
constexpr std::size_t kFirstTailBytes = 464;
constexpr std::size_t kTailBytes = 4064;
// One iteration may queue this much for one connection, and this many references in all, before
// something is sent early: flat-out publishing must not grow the lists without bound.
constexpr std::size_t kEarlyFlushBytes = kChunkBytes;
constexpr std::size_t kEarlyFlushBlocks = std::size_t{1} << 20;
constexpr std::size_t kKeptEntries = 2048;
constexpr std::size_t kKeptBlocks = 1024;

}  // namespace

OutputBatch::OutputBatch() : chunk_(new char[kChunkBytes]) {}

OutputBatch::Entry& OutputBatch::entry_of(Connection& connection) {
  if (connection.pending_ == Connection::kNoPending) {
    if (used_ == entries_.size()) entries_.emplace_back();
    connection.pending_ = static_cast<std::uint32_t>(used_);
    entries_[used_++].connection = &connection;
  }
  return entries_[connection.pending_];
}

void OutputBatch::append(Connection& connection, const base::SharedBytes& bytes) {
  Entry& entry = entry_of(connection);
  if (entry.tail) close_tail(entry);
  entry.blocks.push_back(bytes);
  entry.bytes += bytes.size();
  ++block_count_;
  limit_memory(connection, entry);
}

char* OutputBatch::reserve(Connection& connection, std::size_t size) {
  Entry* entry = &entry_of(connection);
  if (entry->bytes + size > kEarlyFlushBytes && entry->bytes > 0) {
    flush(connection);
    entry = &entry_of(connection);
  }
  if (entry->tail && entry->tail_used + size > entry->tail.size()) close_tail(*entry);
  if (!entry->tail) {
    const std::size_t room = entry->blocks.empty() ? kFirstTailBytes : kTailBytes;
    entry->tail = base::SharedBytes::allocate(std::max(room, size));
    entry->tail_used = 0;
  }
  char* room = entry->tail.mutable_data() + entry->tail_used;
  entry->tail_used += size;
  entry->bytes += size;
  return room;
}

void OutputBatch::close_tail(Entry& entry) {
  entry.tail.truncate(entry.tail_used);
  entry.blocks.push_back(std::move(entry.tail));
  entry.tail = base::SharedBytes();
  ++block_count_;
}

void OutputBatch::limit_memory(Connection& connection, Entry& entry) {
  if (entry.bytes > kEarlyFlushBytes) flush(connection);
  if (block_count_ > kEarlyFlushBlocks) flush_all();
}

void OutputBatch::flush_all() {
  for (std::size_t i = 0; i < used_; ++i) {
    if (entries_[i].connection != nullptr) send_entry(entries_[i]);
  }
  used_ = 0;
  block_count_ = 0;
  chunk_blocks_.clear();
  if (entries_.size() > kKeptEntries) {
    entries_.resize(kKeptEntries);
    entries_.shrink_to_fit();
  }
}

void OutputBatch::flush(Connection& connection) {
  if (connection.pending_ != Connection::kNoPending) send_entry(entries_[connection.pending_]);
}

void OutputBatch::drop(Connection& connection) {
  if (connection.pending_ == Connection::kNoPending) return;
  reset(entries_[connection.pending_]);
  connection.pending_ = Connection::kNoPending;
}

std::size_t OutputBatch::queued_bytes(const Connection& connection) const {
  return connection.pending_ == Connection::kNoPending ? 0 : entries_[connection.pending_].bytes;
}

// Forgets the entry's output. Its place in entries_ is used again by the next iteration.
void OutputBatch::reset(Entry& entry) {
  entry.connection = nullptr;
  entry.blocks.clear();
  if (entry.blocks.capacity() > kKeptBlocks) entry.blocks.shrink_to_fit();
  entry.tail = base::SharedBytes();
  entry.bytes = 0;
}

void OutputBatch::send_entry(Entry& entry) {
  Connection& connection = *entry.connection;
  connection.pending_ = Connection::kNoPending;  // first: keep_unsent() may drop what is queued
  if (entry.tail) close_tail(entry);
  std::size_t sent = 0;
  if (connection.can_send_now()) sent = send_blocks(connection, entry);
  if (sent != kSendFailed && sent < entry.bytes) connection.keep_unsent(entry.blocks, sent);
  reset(entry);
}

// Returns how many bytes the kernel took, or kSendFailed when the connection is broken.
std::size_t OutputBatch::send_blocks(Connection& connection, const Entry& entry) {
  if (entry.blocks.size() == 1) {
    return connection.send_now(entry.blocks[0].data(), entry.bytes);
  }
  if (entry.bytes <= kChunkBytes && entry.bytes / entry.blocks.size() <= kCopiedBlockBytes) {
    return connection.send_now(concatenate(entry), entry.bytes);
  }
  return send_gathered(connection, entry);
}

const char* OutputBatch::concatenate(const Entry& entry) {
  const bool same = std::equal(
      entry.blocks.begin(), entry.blocks.end(), chunk_blocks_.begin(), chunk_blocks_.end(),
      [](const base::SharedBytes& a, const base::SharedBytes& b) { return same_block(a, b); });
  if (same) return chunk_.get();
  char* out = chunk_.get();
  for (const base::SharedBytes& block : entry.blocks) {
    std::memcpy(out, block.data(), block.size());
    out += block.size();
  }
  chunk_blocks_ = entry.blocks;
  return chunk_.get();
}

std::size_t OutputBatch::send_gathered(Connection& connection, const Entry& entry) {
  std::array<iovec, 256> parts;
  std::size_t sent = 0;
  for (std::size_t next = 0; next < entry.blocks.size();) {
    std::size_t count = 0;
    std::size_t size = 0;
    for (; next < entry.blocks.size() && count < parts.size(); ++next, ++count) {
      const base::SharedBytes& block = entry.blocks[next];
      parts[count] = {const_cast<char*>(block.data()), block.size()};
      size += block.size();
    }
    const std::size_t taken = connection.send_now(parts.data(), count);
    if (taken == kSendFailed) return kSendFailed;
    sent += taken;
    if (taken < size) break;
  }
  return sent;
}

}  // namespace socketcluster::net
