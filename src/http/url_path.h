// SPDX-License-Identifier: MIT
// Percent-decoding and the way from a URL path to a file name below a root. Pure string work; that
// the file system does not lead out of the root afterwards (symbolic links) is static_files.cc's
// affair.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace socketcluster::http {

// RFC 3986 section 2.1. Nothing when a "%" is not followed by two hexadecimal digits.
std::optional<std::string> decode_percent(std::string_view text);

// The relative file name that `raw_path` (still percent-encoded, starting with "/") stands for:
// "" for "/", "a/b" for "/a/b", "a/" for "/a/". Decoding happens per segment, once. Nothing when
// there is no such file by rule: a segment that is empty, starts with a dot (but for
// "/.well-known"), or decodes to something with "/", "\", NUL or another control character.
std::optional<std::string> resolve_file_path(std::string_view raw_path);

}  // namespace socketcluster::http
