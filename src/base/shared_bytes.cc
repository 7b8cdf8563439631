// SPDX-License-Identifier: MIT
#include "base/shared_bytes.h"

#include <array>
#include <bit>
#include <cstdlib>
#include <new>

namespace socketcluster::base {
namespace {

// Blocks of 64 to 4096 bytes are kept in per-thread free lists (a list per power of two), because a
// busy worker makes and drops some hundred thousand of them a second. Each list is bounded, so that
// a burst does not keep its memory for ever.
constexpr std::size_t kSmallestShift = 6;
constexpr std::size_t kLargestShift = 12;
constexpr std::size_t kClasses = kLargestShift - kSmallestShift + 1;
constexpr std::uint32_t kUnpooled = kClasses;
constexpr std::size_t kPooledBytesPerClass = std::size_t{256} * 1024;

struct FreeNode {
  FreeNode* next;
};

struct FreeList {
  FreeNode* head = nullptr;
  std::size_t count = 0;
};

struct FreeLists {
  std::array<FreeList, kClasses> lists;

  FreeLists() = default;
  FreeLists(const FreeLists&) = delete;
  FreeLists& operator=(const FreeLists&) = delete;
  ~FreeLists() {
    for (FreeList& list : lists) {
      while (list.head != nullptr) {
        FreeNode* node = list.head;
        list.head = node->next;
        std::free(node);
      }
      list.count = 0;
    }
  }
};

FreeLists& free_lists() {
  thread_local FreeLists lists;
  return lists;
}

std::uint32_t class_of(std::size_t total) {
  if (total > (std::size_t{1} << kLargestShift)) return kUnpooled;
  const std::size_t shift = std::bit_width((total < 64 ? 64 : total) - 1);
  return static_cast<std::uint32_t>(shift - kSmallestShift);
}

}  // namespace

SharedBytes SharedBytes::allocate(std::size_t size) {
  const std::size_t total = sizeof(Block) + size;
  const std::uint32_t size_class = class_of(total);
  void* memory = nullptr;
  if (size_class == kUnpooled) {
    memory = std::malloc(total);
  } else {
    FreeList& list = free_lists().lists[size_class];
    if (list.head != nullptr) {
      memory = list.head;
      list.head = list.head->next;
      --list.count;
    } else {
      memory = std::malloc(std::size_t{1} << (size_class + kSmallestShift));
    }
  }
  if (memory == nullptr) throw std::bad_alloc();
  return SharedBytes(new (memory) Block{1, size_class, size});
}

SharedBytes SharedBytes::copy_of(std::string_view bytes) {
  SharedBytes copy = allocate(bytes.size());
  if (!bytes.empty()) std::memcpy(copy.mutable_data(), bytes.data(), bytes.size());
  return copy;
}

void SharedBytes::free_block(Block* block) noexcept {
  const std::uint32_t size_class = block->size_class;
  if (size_class == kUnpooled) {
    std::free(block);
    return;
  }
  FreeList& list = free_lists().lists[size_class];
  if ((list.count + 1) << (size_class + kSmallestShift) > kPooledBytesPerClass) {
    std::free(block);
    return;
  }
  list.head = new (static_cast<void*>(block)) FreeNode{list.head};
  ++list.count;
}

}  // namespace socketcluster::base
