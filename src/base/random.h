// SPDX-License-Identifier: MIT
// Where random bytes come from. Passed through constructors, so that tests can put their own in
// place. Thread rule: an object belongs to one thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace socketcluster::base {

class RandomSource {
 public:
  virtual ~RandomSource() = default;
  // Fills all of `out`. Cannot fail.
  virtual void fill(std::span<std::uint8_t> out) = 0;
};

// The kernel's generator, good for keys and ids. Reads ahead, so that small requests rarely make a
// system call; bytes are wiped from the buffer as they are handed out.
// Not to be used on both sides of a fork(): the children would see the same buffered bytes.
class SystemRandom final : public RandomSource {
 public:
  SystemRandom() = default;
  SystemRandom(const SystemRandom&) = delete;
  SystemRandom& operator=(const SystemRandom&) = delete;
  ~SystemRandom() override;

  void fill(std::span<std::uint8_t> out) override;

 private:
  // getrandom(2) fills up to 256 bytes whole once the generator is ready.
  std::array<std::uint8_t, 256> buffer_;
  std::size_t used_ = sizeof(buffer_);
};

}  // namespace socketcluster::base
