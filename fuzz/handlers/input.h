// SPDX-License-Identifier: MIT
// What decides everything in one run of the handlers fuzzer, and the words that it chooses among.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace socketcluster::fuzz {

// The bytes of one input, in the order in which they are asked for; zeros behind its end.
class Input {
 public:
  Input(const std::uint8_t* data, std::size_t size) : data_(data), size_(size) {}
  bool is_over() const { return at_ == size_; }
  std::size_t left() const { return size_ - at_; }
  std::uint8_t byte() { return is_over() ? std::uint8_t{0} : data_[at_++]; }
  std::size_t below(std::size_t bound) { return byte() % bound; }
  bool one_in(std::size_t bound) { return below(bound) == 1; }
  template <typename Value, std::size_t kCount>
  const Value& pick(const std::array<Value, kCount>& values) {
    return values[below(kCount)];
  }

 private:
  const std::uint8_t* data_;
  std::size_t size_;
  std::size_t at_ = 0;
};

inline constexpr std::array<const char*, 4> kChannels = {"a", "b", "c", "a,b"};
inline constexpr std::array<const char*, 5> kEvents = {"x", "y", "z", "#x", ""};
inline constexpr std::array<const char*, 5> kData = {"null", "1", R"({"k":[1,2]})", R"("text")",
                                                     "[]"};

inline std::string concat(std::initializer_list<std::string_view> parts) {
  std::string text;
  for (const std::string_view part : parts) text += part;
  return text;
}

}  // namespace socketcluster::fuzz
