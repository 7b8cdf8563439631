// SPDX-License-Identifier: MIT
// SharedBytes: an immutable run of bytes with a reference count, the currency of the message path.
//
// A published message is encoded once into a SharedBytes; every subscriber's connection then holds
// a reference. Layout of the one allocation:
//
//   | Block header (references, size) | bytes ... |
//
// Thread rule: the count is not atomic. All references to one block live on one loop thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <utility>

#include "base/assert.h"

namespace socketcluster::base {

class SharedBytes {
 public:
  SharedBytes() = default;
  SharedBytes(const SharedBytes& other) noexcept : block_(other.block_) {
    if (block_ != nullptr) ++block_->references;
  }
  SharedBytes(SharedBytes&& other) noexcept : block_(std::exchange(other.block_, nullptr)) {}
  SharedBytes& operator=(SharedBytes other) noexcept {
    std::swap(block_, other.block_);
    return *this;
  }
  ~SharedBytes() { release(); }

  // Memory for `size` bytes that the caller fills through mutable_data() before sharing it.
  static SharedBytes allocate(std::size_t size);
  static SharedBytes copy_of(std::string_view bytes);

  explicit operator bool() const { return block_ != nullptr; }
  std::size_t size() const { return block_ == nullptr ? 0 : block_->size; }
  const char* data() const { return block_ == nullptr ? nullptr : block_->bytes(); }
  std::string_view view() const { return {data(), size()}; }

  // REQUIRES: this is the only reference.
  char* mutable_data() {
    SC_DCHECK(block_ != nullptr && block_->references == 1);
    return block_->bytes();
  }

  // Gives up the bytes behind `size`; the memory stays with the block.
  // REQUIRES: this is the only reference and size <= size().
  void truncate(std::size_t size) {
    SC_DCHECK(block_ != nullptr && block_->references == 1 && size <= block_->size);
    block_->size = size;
  }

  // True when both name the same block (not merely equal bytes).
  friend bool same_block(const SharedBytes& a, const SharedBytes& b) {
    return a.block_ == b.block_;
  }

 private:
  struct Block {
    std::uint32_t references;
    std::uint32_t size_class;  // see shared_bytes.cc: which free list takes the block back
    std::size_t size;
    char* bytes() { return reinterpret_cast<char*>(this + 1); }
  };

  explicit SharedBytes(Block* block) : block_(block) {}
  void release() {
    if (block_ != nullptr && --block_->references == 0) free_block(block_);
  }
  static void free_block(Block* block) noexcept;

  Block* block_ = nullptr;
};

}  // namespace socketcluster::base
