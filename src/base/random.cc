// SPDX-License-Identifier: MIT
#include "base/random.h"

#include <sys/random.h>

#include <cerrno>
#include <cstring>

#include "base/assert.h"

namespace socketcluster::base {
namespace {

// There is nothing safe to go on with when the kernel gives no randomness: ends the process.
void read_kernel(std::uint8_t* out, std::size_t size) {
  while (size > 0) {
    const ssize_t got = ::getrandom(out, size, 0);
    if (got < 0) {
      SC_ASSERT(errno == EINTR);
      continue;
    }
    out += got;
    size -= static_cast<std::size_t>(got);
  }
}

}  // namespace

SystemRandom::~SystemRandom() {
  ::explicit_bzero(buffer_.data(), buffer_.size());
}

void SystemRandom::fill(std::span<std::uint8_t> out) {
  if (out.empty()) return;
  if (out.size() > buffer_.size() / 2) {
    read_kernel(out.data(), out.size());
    return;
  }
  if (out.size() > buffer_.size() - used_) {
    read_kernel(buffer_.data(), buffer_.size());
    used_ = 0;
  }
  std::memcpy(out.data(), buffer_.data() + used_, out.size());
  ::explicit_bzero(buffer_.data() + used_, out.size());
  used_ += out.size();
}

}  // namespace socketcluster::base
