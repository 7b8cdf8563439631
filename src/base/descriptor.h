// SPDX-License-Identifier: MIT
// Descriptor: owns a file descriptor and closes it. -1 is none.
#pragma once

#include <unistd.h>

#include <utility>

namespace socketcluster::base {

class Descriptor {
 public:
  explicit Descriptor(int fd = -1) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(other.release()) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }

  int get() const { return fd_; }
  bool is_valid() const { return fd_ >= 0; }
  // It is the caller's from now on.
  int release() { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

}  // namespace socketcluster::base
