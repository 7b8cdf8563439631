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
    // Text, and what browsers compile or run.
    Entry{"html", "text/html; charset=utf-8"},
    Entry{"htm", "text/html; charset=utf-8"},
    Entry{"js", "text/javascript; charset=utf-8"},
    Entry{"mjs", "text/javascript; charset=utf-8"},
    Entry{"cjs", "text/javascript; charset=utf-8"},
    Entry{"css", "text/css; charset=utf-8"},
    Entry{"json", "application/json; charset=utf-8"},
    Entry{"map", "application/json; charset=utf-8"},
    Entry{"jsonld", "application/ld+json"},
    Entry{"geojson", "application/geo+json"},
    Entry{"webmanifest", "application/manifest+json; charset=utf-8"},
    Entry{"txt", "text/plain; charset=utf-8"},
    Entry{"md", "text/markdown; charset=utf-8"},
    Entry{"csv", "text/csv; charset=utf-8"},
    Entry{"xml", "application/xml; charset=utf-8"},
    Entry{"xhtml", "application/xhtml+xml"},
    Entry{"rss", "application/rss+xml"},
    Entry{"atom", "application/atom+xml"},
    Entry{"log", "text/plain; charset=utf-8"},
    Entry{"yaml", "application/yaml"},
    Entry{"yml", "application/yaml"},
    Entry{"vtt", "text/vtt; charset=utf-8"},
    Entry{"ics", "text/calendar; charset=utf-8"},
    Entry{"wasm", "application/wasm"},
    // Pictures and fonts.
    Entry{"svg", "image/svg+xml; charset=utf-8"},
    Entry{"png", "image/png"},
    Entry{"jpg", "image/jpeg"},
    Entry{"jpeg", "image/jpeg"},
    Entry{"gif", "image/gif"},
    Entry{"webp", "image/webp"},
    Entry{"avif", "image/avif"},
    Entry{"jxl", "image/jxl"},
    Entry{"apng", "image/apng"},
    Entry{"bmp", "image/bmp"},
    Entry{"tif", "image/tiff"},
    Entry{"tiff", "image/tiff"},
    Entry{"ico", "image/x-icon"},
    Entry{"woff", "font/woff"},
    Entry{"woff2", "font/woff2"},
    Entry{"ttf", "font/ttf"},
    Entry{"otf", "font/otf"},
    Entry{"eot", "application/vnd.ms-fontobject"},
    // Sound, films, 3D.
    Entry{"mp3", "audio/mpeg"},
    Entry{"m4a", "audio/mp4"},
    Entry{"aac", "audio/aac"},
    Entry{"flac", "audio/flac"},
    Entry{"ogg", "audio/ogg"},
    Entry{"oga", "audio/ogg"},
    Entry{"opus", "audio/ogg"},
    Entry{"wav", "audio/wav"},
    Entry{"weba", "audio/webm"},
    Entry{"mp4", "video/mp4"},
    Entry{"m4v", "video/mp4"},
    Entry{"m4s", "video/iso.segment"},
    Entry{"ogv", "video/ogg"},
    Entry{"webm", "video/webm"},
    Entry{"mov", "video/quicktime"},
    Entry{"ts", "video/mp2t"},
    Entry{"m3u8", "application/vnd.apple.mpegurl"},
    Entry{"mpd", "application/dash+xml"},
    Entry{"gltf", "model/gltf+json"},
    Entry{"glb", "model/gltf-binary"},
    // Documents and archives.
    Entry{"pdf", "application/pdf"},
    Entry{"epub", "application/epub+zip"},
    Entry{"rtf", "application/rtf"},
    Entry{"zip", "application/zip"},
    Entry{"gz", "application/gzip"},
    Entry{"tgz", "application/gzip"},
    Entry{"tar", "application/x-tar"},
    Entry{"7z", "application/x-7z-compressed"},
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
  // "application/rss+xml" (RFC 6839).
  if (media_type.ends_with("+xml") || media_type.ends_with("+json")) return true;
  for (const std::string_view start :
       {"text/", "application/json", "application/manifest+json", "application/xml",
        "application/yaml", "application/wasm", "application/vnd.apple.mpegurl",
        "application/vnd.ms-fontobject", "image/svg+xml", "image/bmp", "image/x-icon", "font/ttf",
        "font/otf"}) {
    if (media_type.substr(0, start.size()) == start) return true;
  }
  return false;
}

}  // namespace socketcluster::http
