// SPDX-License-Identifier: MIT
// The media type of a file by its name. Pure.
#pragma once

#include <string_view>

namespace socketcluster::http {

// "text/html; charset=utf-8" for "a/index.html"; "application/octet-stream" for what is not known.
// The extension is compared in any case.
std::string_view media_type_for(std::string_view file_name);

// Whether files of a type that media_type_for() returns usually become much smaller: text, and
// formats that are not compressed by themselves.
bool is_compressible(std::string_view media_type);

}  // namespace socketcluster::http
