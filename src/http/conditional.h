// SPDX-License-Identifier: MIT
// Conditional requests on GET and HEAD (RFC 9110 section 13): is what the client has still current,
// and is there what it asks for? Pure.
#pragma once

#include <cstdint>
#include <string_view>

#include "http/request.h"

namespace socketcluster::http {

struct Validators {
  std::string_view etag;       // with quotes, and W/ when weak
  std::int64_t last_modified;  // seconds since 1970-01-01 UTC
};

// True when the answer is 412, which is asked first (section 13.2.2). If-Match decides alone when
// it is there: "*", or a list with this very tag (strong comparison); If-Unmodified-Since only
// without it, and only with a date that can be read.
bool is_precondition_false(const Request& request, const Validators& current,
                           std::int64_t now_unix_seconds);

// True when the answer is 304. If-None-Match decides alone when it is there (weak comparison,
// lists, "*"); If-Modified-Since only without it, and only with a date that can be read.
bool is_not_modified(const Request& request, const Validators& current,
                     std::int64_t now_unix_seconds);

// Whether a Range field counts (RFC 9110 section 13.1.5): without If-Range, or with exactly what
// the client would get now: a tag that is not weak, or the date when the tag is not weak either.
bool may_send_range(const Request& request, const Validators& current);

}  // namespace socketcluster::http
