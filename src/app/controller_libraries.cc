// SPDX-License-Identifier: MIT
#include "app/controller_libraries.h"

#include <link.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

namespace socketcluster::app {
namespace {

using Header = ElfW(Ehdr);
using Segment = ElfW(Phdr);
using Entry = ElfW(Dyn);

// What is beyond the end is zero.
template <typename T>
T value_at(std::string_view bytes, std::size_t offset) {
  T value{};
  if (offset <= bytes.size() && bytes.size() - offset >= sizeof value) {
    std::memcpy(&value, bytes.data() + offset, sizeof value);
  }
  return value;
}

std::vector<Segment> segments_of(std::string_view bytes) {
  const auto header = value_at<Header>(bytes, 0);
  std::vector<Segment> segments;
  for (std::size_t i = 0; i < header.e_phnum; ++i) {
    segments.push_back(value_at<Segment>(bytes, header.e_phoff + i * sizeof(Segment)));
  }
  return segments;
}

// What the file says to the dynamic linker.
class DynamicSection {
 public:
  explicit DynamicSection(std::string_view bytes) : bytes_(bytes), segments_(segments_of(bytes)) {
    for (const Segment& segment : segments_) {
      if (segment.p_type == PT_DYNAMIC) read(bytes.substr(segment.p_offset, segment.p_filesz));
    }
  }

  std::vector<std::string_view> texts(std::int64_t tag) const {
    std::vector<std::string_view> texts;
    const std::size_t table = offset_of(value(DT_STRTAB).value_or(0));
    for (const Entry& entry : entries_) {
      if (entry.d_tag == tag) texts.push_back(text_at(table + entry.d_un.d_val));
    }
    return texts;
  }

 private:
  void read(std::string_view section) {
    for (std::size_t offset = 0; offset < section.size(); offset += sizeof(Entry)) {
      const auto entry = value_at<Entry>(section, offset);
      if (entry.d_tag == DT_NULL) return;
      entries_.push_back(entry);
    }
  }
  std::optional<std::size_t> value(std::int64_t tag) const {
    for (const Entry& entry : entries_) {
      if (entry.d_tag == tag) return entry.d_un.d_val;
    }
    return std::nullopt;
  }
  // Where in the file that is which will be at `address`; the end of the file when it is not there.
  std::size_t offset_of(std::size_t address) const {
    for (const Segment& segment : segments_) {
      if (segment.p_type != PT_LOAD || address < segment.p_vaddr) continue;
      const std::size_t within = address - segment.p_vaddr;
      if (within < segment.p_filesz) return segment.p_offset + within;
    }
    return bytes_.size();
  }
  std::string_view text_at(std::size_t offset) const {
    const std::string_view rest = bytes_.substr(std::min(offset, bytes_.size()));
    const std::size_t end = rest.find('\0');
    return end == std::string_view::npos ? std::string_view() : rest.substr(0, end);
  }

  std::string_view bytes_;
  std::vector<Segment> segments_;
  std::vector<Entry> entries_;
};

struct Place {
  std::string folder;
  bool is_of_origin = false;
};

Place place_of(std::string_view text, const std::string& origin) {
  for (const std::string_view name : {"$ORIGIN", "${ORIGIN}"}) {
    const std::size_t found = text.find(name);
    if (found == std::string_view::npos) continue;
    std::string folder(text.substr(0, found));
    folder.append(origin).append(text.substr(found + name.size()));
    return {std::move(folder), true};
  }
  return {std::string(text), false};
}

// The places where the linker looks for what the file needs. Of both kinds it takes the newer one.
std::vector<Place> search_path(const DynamicSection& section, const std::string& origin) {
  std::vector<std::string_view> paths = section.texts(DT_RUNPATH);
  if (paths.empty()) paths = section.texts(DT_RPATH);
  std::vector<Place> places;
  for (std::string_view path : paths) {
    while (!path.empty()) {
      const std::string_view one = path.substr(0, path.find(':'));
      if (!one.empty()) places.push_back(place_of(one, origin));
      path.remove_prefix(std::min(one.size() + 1, path.size()));
    }
  }
  return places;
}

}  // namespace

std::vector<std::string> libraries_of_origin(std::string_view bytes, const std::string& path) {
  std::error_code failure;
  const std::string origin = std::filesystem::absolute(path, failure).parent_path().string();
  const DynamicSection section(bytes);
  const std::vector<Place> places = search_path(section, origin);
  std::vector<std::string> libraries;
  for (const std::string_view name : section.texts(DT_NEEDED)) {
    if (name.empty() || name.find('/') != std::string_view::npos) continue;
    for (const Place& place : places) {
      const std::string file = place.folder + '/' + std::string(name);
      if (!std::filesystem::is_regular_file(file, failure)) continue;
      if (place.is_of_origin) libraries.push_back(file);
      break;
    }
  }
  // On a linker's command line a library comes before those that it needs.
  std::reverse(libraries.begin(), libraries.end());
  return libraries;
}

}  // namespace socketcluster::app
