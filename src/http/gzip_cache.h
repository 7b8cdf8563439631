// SPDX-License-Identifier: MIT
// Compressed forms of small files, made when they are first asked for and kept in memory: at most
// kMaxBytes, the least used go first. A file is known by its inode, size and time of change, so a
// changed one is a new one.
//
// The work happens on the loop, hence the limits: on the size of a file, which bounds the time that
// one request takes, and on what is compressed in one second, which bounds the share of the CPU
// when more files are asked for than there is room for. Thread rule: loop thread only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <span>
#include <tuple>

#include "base/shared_bytes.h"
#include "http/file_below.h"

namespace socketcluster::http {

class GzipCache {
 public:
  static constexpr std::size_t kMaxBytes = std::size_t{8} * 1024 * 1024;
  static constexpr std::uint64_t kSmallestFile = 1024;  // below, the fields cost what is saved
  static constexpr std::uint64_t kLargestFile = std::uint64_t{256} * 1024;
  static constexpr std::uint64_t kBytesPerSecond = std::uint64_t{4} * 1024 * 1024;

  explicit GzipCache(std::size_t max_bytes = kMaxBytes) : max_bytes_(max_bytes) {}

  // The file in gzip's format (RFC 1952). Nothing when it is too small or too large, cannot be
  // read, hardly becomes smaller, has just changed (see is_settled()), or when enough was
  // compressed in this second. REQUIRES: `file` is one of kind kFile.
  base::SharedBytes get(const OpenedFile& file, std::int64_t now_seconds);

  std::size_t bytes() const { return bytes_; }

 private:
  using Key = std::tuple<std::uint64_t, std::uint64_t, std::uint64_t, std::int64_t, std::int64_t>;
  struct Entry {
    Key key;
    base::SharedBytes bytes;  // none: not worth it
  };
  // What an entry costs beside its bytes.
  static constexpr std::size_t kEntryBytes = 256;

  bool may_compress(std::uint64_t size, std::int64_t now_seconds);
  void add(const Key& key, base::SharedBytes bytes);

  std::size_t max_bytes_;
  std::size_t bytes_ = 0;
  std::list<Entry> entries_;  // the last used first
  std::map<Key, std::list<Entry>::iterator> by_key_;
  std::int64_t second_ = 0;         // in which ...
  std::uint64_t second_bytes_ = 0;  // ... so much was compressed
};

// `input` in gzip's format; nothing unless that saves at least a tenth.
base::SharedBytes gzip(std::span<const char> input);

}  // namespace socketcluster::http
