// SPDX-License-Identifier: MIT
#include "app/controller_copy.h"

#include <fcntl.h>
#include <link.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace socketcluster::app {
namespace {

constexpr std::size_t kMaxBytes = std::size_t{1} << 30;

#if defined(__x86_64__)
constexpr int kMachine = EM_X86_64;
#elif defined(__aarch64__)
constexpr int kMachine = EM_AARCH64;
#else
constexpr int kMachine = EM_NONE;  // whatever it is, the system says when it does not fit
#endif

using Header = ElfW(Ehdr);
using Segment = ElfW(Phdr);

base::Failure system_failure() {
  return {std::strerror(errno)};
}

base::Status copy_all(int from, int to, std::size_t size) {
  for (std::size_t left = size; left > 0;) {
    const ssize_t count = ::sendfile(to, from, nullptr, left);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return system_failure();
    if (count == 0) return base::Failure{"it became shorter while it was read; try again"};
    left -= static_cast<std::size_t>(count);
  }
  return base::Status::ok();
}

template <typename T>
T value_at(std::string_view bytes, std::size_t offset) {
  T value;
  std::memcpy(&value, bytes.data() + offset, sizeof value);
  return value;
}

}  // namespace

base::Result<ControllerCopy> ControllerCopy::read(const std::string& path) {
  const base::Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (file.get() < 0) return system_failure();
  struct stat info {};
  if (::fstat(file.get(), &info) != 0) return system_failure();
  if (!S_ISREG(info.st_mode)) return base::Failure{"it is no ordinary file"};
  const auto size = static_cast<std::size_t>(info.st_size);
  if (size > kMaxBytes) return base::Failure{"it is larger than 1 GiB"};
  if (size == 0) return base::Failure{"it is empty"};
  base::Descriptor copy(::memfd_create("controller", MFD_CLOEXEC));
  if (copy.get() < 0) return system_failure();
  if (base::Status copied = copy_all(file.get(), copy.get(), size); !copied) return copied.error();
  void* const data = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, copy.get(), 0);
  if (data == MAP_FAILED) return system_failure();
  return ControllerCopy(std::move(copy), static_cast<const char*>(data), size);
}

ControllerCopy::ControllerCopy(ControllerCopy&& other) noexcept
    : file_(std::move(other.file_)),
      data_(std::exchange(other.data_, nullptr)),
      size_(std::exchange(other.size_, 0)) {}

ControllerCopy::~ControllerCopy() {
  if (data_ != nullptr) ::munmap(const_cast<char*>(data_), size_);
}

std::string ControllerCopy::path() const {
  return "/proc/self/fd/" + std::to_string(file_.get());
}

base::Status check_shared_object(std::string_view bytes) {
  const base::Failure no_object{
      "it is no shared object; build it with add_library(... MODULE ...), or g++ -shared -fPIC"};
  if (bytes.size() < sizeof(Header) || !bytes.starts_with(ELFMAG)) return no_object;
  const auto header = value_at<Header>(bytes, 0);
  constexpr unsigned char kClass = sizeof(void*) == 8 ? ELFCLASS64 : ELFCLASS32;
  const bool fits = kMachine == EM_NONE || header.e_machine == kMachine;
  if (header.e_ident[EI_CLASS] != kClass || !fits) {
    return base::Failure{"it is built for another kind of machine"};
  }
  if (header.e_type != ET_DYN) return no_object;
  for (std::size_t i = 0; i < header.e_phnum; ++i) {
    const std::size_t offset = header.e_phoff + i * sizeof(Segment);
    const bool has_entry = offset >= header.e_phoff && offset <= bytes.size() - sizeof(Segment);
    const auto segment = has_entry ? value_at<Segment>(bytes, offset) : Segment{};
    if (!has_entry || segment.p_offset > bytes.size() ||
        segment.p_filesz > bytes.size() - segment.p_offset) {
      return base::Failure{"it is cut short: a part of it is missing; copy it again"};
    }
    if (segment.p_type == PT_INTERP) return base::Failure{"it is a program, not a shared object"};
  }
  return base::Status::ok();
}

}  // namespace socketcluster::app
