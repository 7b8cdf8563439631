// SPDX-License-Identifier: MIT
// One line of the access log, with its end. Whatever a client sends, a line is one line: control
// characters, quotes and bytes beyond ASCII are escaped. Pure.
#pragma once

#include <cstdint>
#include <string>

#include "http/access_observer.h"

namespace socketcluster::server {

// `192.0.2.1 - - [10/Oct/2000:13:55:36 +0000] "GET /a HTTP/1.1" 200 5 "referer" "user agent"`, as
// Apache and nginx have it. `client`: "" is written as "-".
void append_combined_line(std::string& out, const http::AccessRecord& record,
                          const std::string& client, std::int64_t unix_seconds);

// {"time":"2000-10-10T13:55:36Z","client":"192.0.2.1","method":"GET","target":"/a",...}
void append_json_line(std::string& out, const http::AccessRecord& record, const std::string& client,
                      std::int64_t unix_seconds);

}  // namespace socketcluster::server
