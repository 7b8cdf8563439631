// SPDX-License-Identifier: MIT
#include "http/static_files.h"

#include <sys/types.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstddef>
#include <optional>
#include <utility>

#include "http/conditional.h"
#include "http/http_date.h"
#include "http/mime_types.h"
#include "http/url_path.h"

namespace socketcluster::http {
namespace {

class FileBody final : public BodySource {
 public:
  explicit FileBody(FileDescriptor descriptor) : descriptor_(std::move(descriptor)) {}
  std::size_t read(std::span<char> buffer) override {
    ssize_t size = 0;
    do {
      size = ::read(descriptor_.get(), buffer.data(), buffer.size());
    } while (size < 0 && errno == EINTR);
    return size < 0 ? 0 : static_cast<std::size_t>(size);
  }

 private:
  FileDescriptor descriptor_;
};

void append_hex(std::string& out, std::uint64_t value) {
  std::array<char, 16> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value, 16).ptr;
  out.append(digits.data(), static_cast<std::size_t>(end - digits.data()));
}

// Weak, because a file that changes twice within the clock's resolution keeps its tag.
std::string entity_tag(const OpenedFile& file) {
  std::string tag = "W/\"";
  append_hex(tag, file.size);
  tag += '-';
  append_hex(tag, static_cast<std::uint64_t>(file.modified_seconds));
  tag += '-';
  append_hex(tag, static_cast<std::uint64_t>(file.modified_nanoseconds));
  return tag + '"';
}

// "/dir" -> "/dir/": relative links of the index page would otherwise miss the directory. The path
// cannot start with two slashes (resolve_file_path() refuses that), so it never names another host.
Response redirect_to_directory(const Request& request) {
  std::string location(request.raw_path());
  location += '/';
  if (!request.query().empty()) location.append("?").append(request.query());
  Response response = Response::text(301);
  return response.add_header("Location", location) ? response : Response::text(404);
}

}  // namespace

base::Result<std::unique_ptr<StaticFiles>> StaticFiles::open(const std::string& root,
                                                             WallClock clock) {
  base::Result<DirectoryRoot> directory = DirectoryRoot::open(root);
  if (!directory) return directory.error();
  return std::unique_ptr<StaticFiles>(new StaticFiles(std::move(*directory), clock));
}

void StaticFiles::on_request(const Request& request, Exchange exchange) {
  if (request.method() != "GET" && request.method() != "HEAD") {
    return exchange.respond(Response::text(405).with("Allow", "GET, HEAD"));
  }
  const std::optional<std::string> resolved = resolve_file_path(request.raw_path());
  if (!resolved) return exchange.respond(Response::text(404));
  std::string name = *resolved;
  const bool names_directory = name.empty() || name.back() == '/';
  if (names_directory) name += "index.html";
  OpenedFile file = root_.open_file(name);
  switch (file.kind) {
    case OpenedFile::Kind::kFile:
      return serve(request, exchange, std::move(file), name);
    case OpenedFile::Kind::kDirectory:
      return exchange.respond(names_directory ? Response::text(404)
                                              : redirect_to_directory(request));
    case OpenedFile::Kind::kNone:
      return exchange.respond(Response::text(404));
    case OpenedFile::Kind::kBusy:
      return exchange.respond(Response::text(503).with("Retry-After", "1"));
  }
}

void StaticFiles::serve(const Request& request, Exchange& exchange, OpenedFile file,
                        std::string_view name) const {
  const std::string tag = entity_tag(file);
  const bool not_modified = is_not_modified(request, {tag, file.modified_seconds}, clock_());
  Response response(not_modified ? 304 : 200);
  response.with("ETag", tag)
      .with("Last-Modified", format_http_date(file.modified_seconds))
      .with("Cache-Control", "public, max-age=0");  // keep, but ask each time whether it changed
  if (not_modified) return exchange.respond(std::move(response));
  response.with("Content-Type", media_type_for(name)).with("X-Content-Type-Options", "nosniff");
  const std::uint64_t size = file.size;
  exchange.respond(std::move(response), size,
                   std::make_unique<FileBody>(std::move(file.descriptor)));
}

}  // namespace socketcluster::http
