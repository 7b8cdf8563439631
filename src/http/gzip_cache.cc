// SPDX-License-Identifier: MIT
#include "http/gzip_cache.h"

#include <unistd.h>
#include <zlib.h>

#include <cerrno>
#include <utility>
#include <vector>

namespace socketcluster::http {
namespace {

// Of zlib: a little faster than its default, and nearly as small.
constexpr int kLevel = 5;
constexpr int kGzipWindow = MAX_WBITS + 16;
constexpr int kMemoryLevel = 8;

// All of the file, or nothing when it cannot be read or is shorter than it was.
std::vector<char> read_all(const OpenedFile& file) {
  std::vector<char> text(static_cast<std::size_t>(file.size));
  std::size_t position = 0;
  while (position < text.size()) {
    const ssize_t size = ::pread(file.descriptor.get(), text.data() + position,
                                 text.size() - position, static_cast<off_t>(position));
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) return {};
    position += static_cast<std::size_t>(size);
  }
  return text;
}

}  // namespace

base::SharedBytes gzip(std::span<const char> input) {
  const std::size_t room = input.size() - input.size() / 10;
  base::SharedBytes out = base::SharedBytes::allocate(room);
  z_stream stream{};
  if (::deflateInit2(&stream, kLevel, Z_DEFLATED, kGzipWindow, kMemoryLevel, Z_DEFAULT_STRATEGY) !=
      Z_OK) {
    return {};
  }
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(input.data()));
  stream.avail_in = static_cast<uInt>(input.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.mutable_data());
  stream.avail_out = static_cast<uInt>(room);
  const int result = ::deflate(&stream, Z_FINISH);
  const std::size_t size = room - stream.avail_out;
  ::deflateEnd(&stream);
  if (result != Z_STREAM_END) return {};
  return base::SharedBytes::copy_of({out.data(), size});
}

base::SharedBytes GzipCache::get(const OpenedFile& file, std::int64_t now_seconds) {
  if (file.size < kSmallestFile || file.size > kLargestFile) return {};
  if (!is_settled(file, now_seconds)) return {};
  const Key key{file.device, file.inode, file.size, file.modified_seconds,
                file.modified_nanoseconds};
  if (const auto found = by_key_.find(key); found != by_key_.end()) {
    entries_.splice(entries_.begin(), entries_, found->second);
    return found->second->bytes;
  }
  if (!may_compress(file.size, now_seconds)) return {};
  const std::vector<char> text = read_all(file);
  if (text.empty()) return {};
  base::SharedBytes bytes = gzip(text);
  add(key, bytes);
  return bytes;
}

bool GzipCache::may_compress(std::uint64_t size, std::int64_t now_seconds) {
  if (now_seconds != second_) {
    second_ = now_seconds;
    second_bytes_ = 0;
  }
  if (second_bytes_ + size > kBytesPerSecond) return false;
  second_bytes_ += size;
  return true;
}

void GzipCache::add(const Key& key, base::SharedBytes bytes) {
  const std::size_t cost = kEntryBytes + bytes.size();
  if (cost > max_bytes_) return;
  while (bytes_ + cost > max_bytes_) {
    bytes_ -= kEntryBytes + entries_.back().bytes.size();
    by_key_.erase(entries_.back().key);
    entries_.pop_back();
  }
  bytes_ += cost;
  entries_.push_front({key, std::move(bytes)});
  by_key_.emplace(key, entries_.begin());
}

}  // namespace socketcluster::http
