// SPDX-License-Identifier: MIT
// What SIGTERM and SIGINT mean: the first asks for an orderly end, another one for an end at once.
//
// Programs between a user and the server send a signal twice for one wish: npm passes on the Ctrl-C
// that the terminal has sent to the whole group, timeout(1) signals its child and then its group.
// What comes within kSameWishMs of the first therefore belongs to it.
//
// Thread rule: loop thread only.
#pragma once

#include <cstdint>
#include <optional>

namespace socketcluster::net {

class StopSignals {
 public:
  enum class Meaning : std::uint8_t { kEndInOrder, kNothingNew, kEndAtOnce };

  static constexpr std::uint64_t kSameWishMs = 500;

  // A signal has come at `now_ms`, in loop time.
  Meaning take(std::uint64_t now_ms) {
    if (!first_ms_) {
      first_ms_ = now_ms;
      return Meaning::kEndInOrder;
    }
    return now_ms - *first_ms_ < kSameWishMs ? Meaning::kNothingNew : Meaning::kEndAtOnce;
  }

 private:
  std::optional<std::uint64_t> first_ms_;
};

}  // namespace socketcluster::net
