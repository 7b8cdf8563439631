// SPDX-License-Identifier: MIT
#include "http/mime_types.h"

#include <array>
#include <cstddef>

#include "base/ascii.h"

namespace socketcluster::http {
namespace {

struct Entry {
  std::string_view extension;
  std::string_view type;
};

constexpr std::array kTypes = {
    Entry{"html", "text/html; charset=utf-8"},
    Entry{"htm", "text/html; charset=utf-8"},
    Entry{"js", "text/javascript; charset=utf-8"},
    Entry{"mjs", "text/javascript; charset=utf-8"},
    Entry{"cjs", "text/javascript; charset=utf-8"},
    Entry{"css", "text/css; charset=utf-8"},
    Entry{"json", "application/json; charset=utf-8"},
    Entry{"map", "application/json; charset=utf-8"},
    Entry{"webmanifest", "application/manifest+json; charset=utf-8"},
    Entry{"txt", "text/plain; charset=utf-8"},
    Entry{"md", "text/markdown; charset=utf-8"},
    Entry{"csv", "text/csv; charset=utf-8"},
    Entry{"xml", "application/xml; charset=utf-8"},
    Entry{"svg", "image/svg+xml; charset=utf-8"},
    Entry{"png", "image/png"},
    Entry{"jpg", "image/jpeg"},
    Entry{"jpeg", "image/jpeg"},
    Entry{"gif", "image/gif"},
    Entry{"webp", "image/webp"},
    Entry{"avif", "image/avif"},
    Entry{"ico", "image/x-icon"},
    Entry{"woff", "font/woff"},
    Entry{"woff2", "font/woff2"},
    Entry{"ttf", "font/ttf"},
    Entry{"otf", "font/otf"},
    Entry{"wasm", "application/wasm"},
    Entry{"pdf", "application/pdf"},
    Entry{"zip", "application/zip"},
    Entry{"gz", "application/gzip"},
    Entry{"mp3", "audio/mpeg"},
    Entry{"ogg", "audio/ogg"},
    Entry{"wav", "audio/wav"},
    Entry{"mp4", "video/mp4"},
    Entry{"webm", "video/webm"},
};

}  // namespace

std::string_view media_type_for(std::string_view file_name) {
  file_name = file_name.substr(file_name.rfind('/') + 1);
  const std::size_t dot = file_name.rfind('.');
  if (dot != std::string_view::npos) {
    for (const Entry& entry : kTypes) {
      if (base::equals_ignoring_case(entry.extension, file_name.substr(dot + 1))) return entry.type;
    }
  }
  return "application/octet-stream";
}

bool is_compressible(std::string_view media_type) {
  for (const std::string_view start :
       {"text/", "application/json", "application/manifest+json", "application/xml",
        "application/wasm", "image/svg+xml", "image/x-icon", "font/ttf", "font/otf"}) {
    if (media_type.substr(0, start.size()) == start) return true;
  }
  return false;
}

}  // namespace socketcluster::http
