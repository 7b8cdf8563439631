// SPDX-License-Identifier: MIT
#include "http/representation.h"

#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstddef>
#include <optional>
#include <span>
#include <utility>

#include "http/accept_encoding.h"

namespace socketcluster::http {
namespace {

class FileBody final : public BodySource {
 public:
  FileBody(base::Descriptor descriptor, std::uint64_t offset)
      : descriptor_(std::move(descriptor)), offset_(offset) {}

  std::size_t read(std::span<char> buffer) override {
    ssize_t size = 0;
    do {
      size = ::pread(descriptor_.get(), buffer.data(), buffer.size(), static_cast<off_t>(offset_));
    } while (size < 0 && errno == EINTR);
    if (size <= 0) return 0;
    skip(static_cast<std::size_t>(size));
    return static_cast<std::size_t>(size);
  }
  std::optional<FileSlice> file() const override { return FileSlice{descriptor_.get(), offset_}; }
  void skip(std::size_t size) override { offset_ += size; }

 private:
  base::Descriptor descriptor_;
  std::uint64_t offset_;
};

class SharedBody final : public BodySource {
 public:
  SharedBody(base::SharedBytes bytes, std::uint64_t offset)
      : bytes_(std::move(bytes)), offset_(static_cast<std::size_t>(offset)) {}

  std::size_t read(std::span<char> buffer) override {
    const std::size_t size = bytes_.view().copy(buffer.data(), buffer.size(), offset_);
    offset_ += size;
    return size;
  }

 private:
  base::SharedBytes bytes_;
  std::size_t offset_;
};

void append_hex(std::string& out, std::uint64_t value) {
  std::array<char, 16> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value, 16).ptr;
  out.append(digits.data(), static_cast<std::size_t>(end - digits.data()));
}

// Weak while the file could still change without a change of its tag.
std::string entity_tag(const OpenedFile& file, std::string_view suffix, std::int64_t now_seconds) {
  std::string tag = is_settled(file, now_seconds) ? "\"" : "W/\"";
  append_hex(tag, file.size);
  tag += '-';
  append_hex(tag, static_cast<std::uint64_t>(file.modified_seconds));
  tag += '-';
  append_hex(tag, static_cast<std::uint64_t>(file.modified_nanoseconds));
  return tag.append(suffix) + '"';
}

}  // namespace

Representation Representation::of_file(OpenedFile file, std::int64_t now_seconds) {
  Representation whole;
  whole.size_ = file.size;
  whole.etag_ = entity_tag(file, "", now_seconds);
  whole.descriptor_ = std::move(file.descriptor);
  return whole;
}

std::unique_ptr<BodySource> Representation::take_body(std::uint64_t offset) {
  if (bytes_) return std::make_unique<SharedBody>(std::move(bytes_), offset);
  return std::make_unique<FileBody>(std::move(descriptor_), offset);
}

Representation Representations::choose(const Request& request, OpenedFile file,
                                       const std::string& name, std::int64_t now_seconds) {
  const CodingWeights weights = parse_accept_encoding(request.joined_header("Accept-Encoding"));
  Representation chosen;
  int weight = 0;
  const auto is_better = [&](int offered) { return offered > weight; };
  if (is_better(weights.brotli) && open_sibling(chosen, file, name, ".br", "br", now_seconds)) {
    weight = weights.brotli;
  }
  if (is_better(weights.gzip)) {
    if (open_sibling(chosen, file, name, ".gz", "gzip", now_seconds)) {
      weight = weights.gzip;
    } else if (base::SharedBytes bytes = gzip_.get(file, now_seconds)) {
      chosen.size_ = bytes.size();
      chosen.etag_ = entity_tag(file, "-gzip", now_seconds);
      chosen.coding_ = "gzip";
      chosen.bytes_ = std::move(bytes);
      weight = weights.gzip;
    }
  }
  // Also when nothing is acceptable: better something that the client may be able to use than 406.
  if (weight == 0 || is_better(weights.identity)) {
    return Representation::of_file(std::move(file), now_seconds);
  }
  return chosen;
}

bool Representations::open_sibling(Representation& chosen, const OpenedFile& original,
                                   const std::string& name, std::string_view extension,
                                   std::string_view coding, std::int64_t now_seconds) {
  OpenedFile sibling = root_.open_file(name + std::string(extension));
  if (sibling.kind != OpenedFile::Kind::kFile) return false;
  if (sibling.modified_seconds < original.modified_seconds) return false;
  chosen.size_ = sibling.size;
  chosen.etag_ = entity_tag(sibling, std::string("-").append(coding), now_seconds);
  chosen.coding_ = coding;
  chosen.bytes_ = {};
  chosen.descriptor_ = std::move(sibling.descriptor);
  return true;
}

}  // namespace socketcluster::http
