// SPDX-License-Identifier: MIT
// GET and HEAD of the files below one directory: media types, Last-Modified and ETag with 304,
// index.html for directories. Never out of the directory, never names with a leading dot, never a
// listing; everything that may not be served looks like what does not exist (404).
//
// Thread rule: loop thread only. Files are opened and read on the loop; a large one in pieces, as
// the client takes it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "http/exchange.h"
#include "http/file_below.h"

namespace socketcluster::http {

class StaticFiles final : public RequestHandler {
 public:
  using WallClock = std::int64_t (*)();  // seconds since 1970-01-01 UTC

  // Fails when `root` is no directory that can be entered.
  static base::Result<std::unique_ptr<StaticFiles>> open(const std::string& root, WallClock clock);

  void on_request(const Request& request, Exchange exchange) override;

 private:
  StaticFiles(DirectoryRoot root, WallClock clock) : root_(std::move(root)), clock_(clock) {}

  void serve(const Request& request, Exchange& exchange, OpenedFile file,
             std::string_view name) const;

  DirectoryRoot root_;
  WallClock clock_;
};

}  // namespace socketcluster::http
