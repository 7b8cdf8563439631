// SPDX-License-Identifier: MIT
#include "http/static_files.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "http/byte_range.h"
#include "http/conditional.h"
#include "http/http_date.h"
#include "http/mime_types.h"
#include "http/url_path.h"

namespace socketcluster::http {
namespace {

// "/dir" -> "/dir/": relative links of the index page would otherwise miss the directory. The path
// cannot start with two slashes (resolve_file_path() refuses that), so it never names another host.
Response redirect_to_directory(const Request& request) {
  std::string location(request.raw_path());
  location += '/';
  if (!request.query().empty()) location.append("?").append(request.query());
  Response response = Response::text(301);
  return response.add_header("Location", location) ? response : Response::text(404);
}

void describe_content(Response& response, std::string_view media_type) {
  response.with("Content-Type", media_type).with("X-Content-Type-Options", "nosniff");
}

// Ranges are of the file itself, for clients that resume or seek, and for GET alone.
bool asks_for_range(const Request& request) {
  return request.method() == "GET" && request.count_header("Range") == 1;
}

}  // namespace

base::Result<std::unique_ptr<StaticFiles>> StaticFiles::open(const std::string& root,
                                                             WallClock clock,
                                                             StaticFilesOptions options) {
  base::Status header = Response::check_header("Cache-Control", options.cache_control);
  if (!header) return header.error();
  base::Result<DirectoryRoot> directory = DirectoryRoot::open(root);
  if (!directory) return directory.error();
  return std::unique_ptr<StaticFiles>(
      new StaticFiles(std::move(*directory), clock, std::move(options)));
}

void StaticFiles::on_request(const Request& request, Exchange exchange) {
  if (request.method() != "GET" && request.method() != "HEAD") {
    // OPTIONS is what HAProxy asks by default to see whether a server is well.
    Response other = request.method() == "OPTIONS" ? Response(204) : Response::text(405);
    return exchange.respond(std::move(other).with("Allow", "GET, HEAD"));
  }
  const std::optional<std::string> resolved = resolve_file_path(request.raw_path());
  if (!resolved) return answer_not_found(exchange);
  std::string name = *resolved;
  const bool names_directory = name.empty() || name.back() == '/';
  if (names_directory) name += options_.index;
  OpenedFile file = root_.open_file(name);
  switch (file.kind) {
    case OpenedFile::Kind::kFile:
      return serve(request, exchange, std::move(file), name);
    case OpenedFile::Kind::kDirectory:
      if (names_directory || options_.index.empty()) return answer_not_found(exchange);
      return exchange.respond(redirect_to_directory(request));
    case OpenedFile::Kind::kNone:
      return answer_not_found(exchange);
    case OpenedFile::Kind::kBusy:
      return exchange.respond(Response::text(503).with("Retry-After", "1"));
  }
}

void StaticFiles::serve(const Request& request, Exchange& exchange, OpenedFile file,
                        const std::string& name) {
  const std::int64_t now = clock_();
  // Never later than the answer (RFC 9110 section 8.8.2.1), whatever the clock was that wrote it.
  const std::int64_t modified = std::min(file.modified_seconds, now);
  const std::string_view media_type = media_type_for(name);
  const bool varies = options_.compresses && is_compressible(media_type);
  Representation chosen = varies && !asks_for_range(request)
                              ? representations_.choose(request, std::move(file), name, now)
                              : Representation::of_file(std::move(file), now);
  const Validators validators{chosen.etag(), modified};
  if (is_precondition_false(request, validators, now)) {
    return exchange.respond(Response::text(412));
  }
  const bool not_modified = is_not_modified(request, validators, now);
  Response response(not_modified ? 304 : 200);
  response.with("ETag", chosen.etag()).with("Last-Modified", format_http_date(modified));
  const std::string_view cache_control = cache_control_for(request.raw_path());
  if (!cache_control.empty()) response.with("Cache-Control", cache_control);
  if (varies) response.with("Vary", "Accept-Encoding");
  if (not_modified) return exchange.respond(std::move(response));
  describe_content(response, media_type);
  send(request, exchange, std::move(response), std::move(chosen), modified);
}

// The body, or the part of it that is asked for. `response` has status 200.
void StaticFiles::send(const Request& request, Exchange& exchange, Response response,
                       Representation chosen, std::int64_t modified_seconds) {
  const std::uint64_t whole = chosen.size();
  if (!chosen.coding().empty()) {
    response.with("Content-Encoding", chosen.coding());
    return exchange.respond(std::move(response), whole, chosen.take_body(0));
  }
  response.with("Accept-Ranges", "bytes");
  RangeChoice range;
  if (asks_for_range(request) && may_send_range(request, {chosen.etag(), modified_seconds})) {
    range = choose_range(*request.header("Range"), whole);
  }
  switch (range.kind) {
    case RangeChoice::Kind::kWhole:
      return exchange.respond(std::move(response), whole, chosen.take_body(0));
    case RangeChoice::Kind::kPart:
      response.set_status(206);
      response.with("Content-Range", content_range(range, whole));
      return exchange.respond(std::move(response), range.size, chosen.take_body(range.first));
    case RangeChoice::Kind::kUnsatisfiable:
      return exchange.respond(
          Response::text(416).with("Content-Range", content_range(range, whole)));
  }
}

void StaticFiles::answer_not_found(Exchange& exchange) const {
  const std::string& page = options_.not_found_page;
  if (page.empty()) return exchange.respond(Response::text(404));
  OpenedFile file = root_.open_file(page);
  if (file.kind != OpenedFile::Kind::kFile) return exchange.respond(Response::text(404));
  Response response(404);
  response.with("Cache-Control", "no-cache");
  describe_content(response, media_type_for(page));
  Representation whole = Representation::of_file(std::move(file), clock_());
  const std::uint64_t size = whole.size();
  exchange.respond(std::move(response), size, whole.take_body(0));
}

std::string_view StaticFiles::cache_control_for(std::string_view path) const {
  const auto& prefixes = options_.immutable_prefixes;
  const bool is_immutable =
      std::any_of(prefixes.begin(), prefixes.end(),
                  [path](const std::string& prefix) { return path.starts_with(prefix); });
  return is_immutable ? "public, max-age=31536000, immutable"
                      : std::string_view(options_.cache_control);
}

}  // namespace socketcluster::http
