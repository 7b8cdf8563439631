// SPDX-License-Identifier: MIT
// The bytes of a controller file as they were at one moment, in memory that nobody else can change:
// a file that is overwritten in place takes the ground from under every process that has mapped it,
// and that is how people bring a new one into a volume.
//
// Thread rule: none of its own.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "base/descriptor.h"
#include "base/result.h"

namespace socketcluster::app {

class ControllerCopy {
 public:
  // Reads the file. The failure does not name it.
  static base::Result<ControllerCopy> read(const std::string& path);

  ControllerCopy(ControllerCopy&& other) noexcept;
  ControllerCopy& operator=(ControllerCopy&&) = delete;
  ~ControllerCopy();

  // Valid as long as this object.
  std::string_view bytes() const { return {data_, size_}; }
  // A name under which it can be loaded. Once it is, keep(): a back trace opens that name again.
  std::string path() const;
  void keep() { static_cast<void>(file_.release()); }

 private:
  ControllerCopy(base::Descriptor file, const char* data, std::size_t size)
      : file_(std::move(file)), data_(data), size_(size) {}

  base::Descriptor file_;
  const char* data_;
  std::size_t size_;
};

// What the system would make of these bytes: nothing is wrong with them as the head of a shared
// object for this machine, of which no part is missing.
base::Status check_shared_object(std::string_view bytes);

}  // namespace socketcluster::app
