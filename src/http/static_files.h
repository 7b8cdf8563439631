// SPDX-License-Identifier: MIT
// GET and HEAD of the files below one directory: media types, Last-Modified and ETag with 304, one
// byte range (206, 416), compressed forms (representation.h), an index page for directories and a
// page of one's own for what is missing. Never out of the directory (links may lead to other
// places below it), never names with a leading dot, never a listing; everything that may not be
// served looks like what does not exist (404).
//
// Thread rule: loop thread only. Files are opened and read on the loop; a large one in pieces, as
// the client takes it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "http/exchange.h"
#include "http/file_below.h"
#include "http/representation.h"

namespace socketcluster::http {

struct StaticFilesOptions {
  std::string index = "index.html";                 // of directories; "": none
  std::string not_found_page = "404.html";          // below the root, sent with 404 if there is one
  std::string cache_control = "public, max-age=0";  // keep, but ask each time whether it changed
  // Paths that begin with one of these never change: a name with a hash in it, for example.
  std::vector<std::string> immutable_prefixes = {};
  bool compresses = true;  // text and the like: siblings, and gzip of small files
};

class StaticFiles final : public RequestHandler {
 public:
  using WallClock = std::int64_t (*)();  // seconds since 1970-01-01 UTC

  // Fails when `root` is no directory that can be entered, or an option is no header value.
  static base::Result<std::unique_ptr<StaticFiles>> open(const std::string& root, WallClock clock,
                                                         StaticFilesOptions options = {});

  void on_request(const Request& request, Exchange exchange) override;

 private:
  StaticFiles(DirectoryRoot root, WallClock clock, StaticFilesOptions options)
      : root_(std::move(root)),
        clock_(clock),
        options_(std::move(options)),
        representations_(root_) {}

  void serve(const Request& request, Exchange& exchange, OpenedFile file, const std::string& name);
  static void send(const Request& request, Exchange& exchange, Response response,
                   Representation chosen, std::int64_t modified_seconds);
  void answer_not_found(Exchange& exchange) const;
  std::string_view cache_control_for(std::string_view path) const;

  DirectoryRoot root_;
  WallClock clock_;
  StaticFilesOptions options_;
  Representations representations_;
};

}  // namespace socketcluster::http
