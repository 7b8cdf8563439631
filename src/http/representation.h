// SPDX-License-Identifier: MIT
// What is sent of a file: the file as it is, a sibling of it that was compressed beforehand
// ("app.js.br", "app.js.gz"), or what GzipCache makes of it. The client's Accept-Encoding decides
// among what there is (RFC 9110 section 12.5.3); of equals the smaller one is taken.
//
// A sibling that is older than its file (in whole seconds) is left alone: it was made of something
// else. Thread rule: loop thread only.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/shared_bytes.h"
#include "http/exchange.h"
#include "http/file_below.h"
#include "http/gzip_cache.h"
#include "http/request.h"

namespace socketcluster::http {

class Representation {
 public:
  // `file` is one of kind kFile.
  static Representation of_file(OpenedFile file, std::int64_t now_seconds);

  const std::string& etag() const { return etag_; }
  // "br", "gzip"; "" when the file goes out as it is.
  std::string_view coding() const { return coding_; }
  std::uint64_t size() const { return size_; }
  // The bytes from `offset` on. May be called once.
  std::unique_ptr<BodySource> take_body(std::uint64_t offset);

 private:
  friend class Representations;
  Representation() = default;

  base::Descriptor descriptor_;
  base::SharedBytes bytes_;  // in place of a file
  std::uint64_t size_ = 0;
  std::string etag_;
  std::string_view coding_;
};

class Representations {
 public:
  // `root` must outlive it.
  explicit Representations(const DirectoryRoot& root) : root_(root) {}

  // `name` is that of `file` below the root.
  Representation choose(const Request& request, OpenedFile file, const std::string& name,
                        std::int64_t now_seconds);

 private:
  bool open_sibling(Representation& chosen, const OpenedFile& original, const std::string& name,
                    std::string_view extension, std::string_view coding, std::int64_t now_seconds);

  const DirectoryRoot& root_;
  GzipCache gzip_;
};

}  // namespace socketcluster::http
