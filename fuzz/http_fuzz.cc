// SPDX-License-Identifier: MIT
// Feeds one stream of requests to the parser whole and in random pieces: both must give the same
// requests and the same refusal. Every path that comes out is resolved to a file name, which must
// stay below its root by its spelling.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/assert.h"
#include "http/http_date.h"
#include "http/request_parser.h"
#include "http/url_path.h"

namespace {

using socketcluster::http::Request;
using socketcluster::http::RequestLimits;
using socketcluster::http::RequestParser;

// Small, so that the fuzzer reaches them.
constexpr RequestLimits kLimits{
    .header_bytes = 1024, .header_count = 12, .target_bytes = 200, .body_bytes = 600};

void check_file_path(std::string_view raw_path) {
  const std::optional<std::string> resolved = socketcluster::http::resolve_file_path(raw_path);
  if (!resolved) return;
  SC_ASSERT(resolved->find('\0') == std::string::npos);
  SC_ASSERT(resolved->find('\\') == std::string::npos);
  std::string guarded = "/" + *resolved;
  // The one name with a dot that is served, and at the root only (RFC 8615).
  constexpr std::string_view kWellKnown = "/.well-known";
  if (guarded == kWellKnown || guarded.starts_with(std::string(kWellKnown) + "/")) {
    guarded.erase(0, kWellKnown.size());
  }
  SC_ASSERT(guarded.find("/.") == std::string::npos);
  SC_ASSERT(guarded.find("//") == std::string::npos);
}

std::string describe(const Request& request) {
  std::string text(request.method());
  text.append(" ").append(request.target()).append(" ").append(request.path()).append("?");
  text.append(request.query()).append(request.keep_alive() ? " k" : " c");
  text.append(request.is_upgrade() ? "u\n" : "\n");
  for (std::size_t i = 0; i < request.field_count(); ++i) {
    text.append(request.field(i).name).append(":").append(request.field(i).value).append("\n");
  }
  return text.append(request.body()).append("\n--\n");
}

class Stream {
 public:
  void feed(std::string_view bytes) {
    while (!bytes.empty() && !failed_) {
      if (parser_ == nullptr) parser_ = std::make_unique<RequestParser>(kLimits);
      const RequestParser::Progress progress = parser_->feed(bytes);
      SC_ASSERT(progress.consumed <= bytes.size());
      bytes.remove_prefix(progress.consumed);
      take(progress.outcome);
      SC_ASSERT(bytes.empty() || progress.outcome != RequestParser::Outcome::kNeedMore);
    }
  }
  const std::string& result() const { return result_; }

 private:
  void take(RequestParser::Outcome outcome) {
    switch (outcome) {
      case RequestParser::Outcome::kNeedMore:
        return;
      case RequestParser::Outcome::kComplete:
        check(parser_->request());
        result_ += describe(parser_->request());
        parser_.reset();
        return;
      case RequestParser::Outcome::kFailed:
        SC_ASSERT(parser_->failure_status() >= 400 && parser_->failure_status() <= 505);
        result_ += std::to_string(parser_->failure_status());
        failed_ = true;
        return;
    }
  }
  static void check(const Request& request) {
    SC_ASSERT(request.body().size() <= kLimits.body_bytes);
    SC_ASSERT(request.field_count() <= kLimits.header_count);
    SC_ASSERT(request.target().size() <= kLimits.target_bytes);
    check_file_path(request.raw_path());
    if (const auto date = request.header("If-Modified-Since")) {
      const auto seconds = socketcluster::http::parse_http_date(*date, 0);
      if (seconds) socketcluster::http::format_http_date(*seconds);
    }
  }

  std::unique_ptr<RequestParser> parser_;
  std::string result_;
  bool failed_ = false;
};

}  // namespace

// The first byte seeds the lengths of the pieces, the rest is the stream.
// NOLINTNEXTLINE(readability-identifier-naming): the name is given
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  std::uint32_t random = data[0] + 1U;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  check_file_path(bytes);

  Stream whole;
  whole.feed(bytes);
  Stream pieces;
  for (std::size_t at = 0; at < bytes.size();) {
    random = random * 1664525U + 1013904223U;
    const std::size_t length = 1 + (random >> 24) % ((data[0] % 32U) + 1);
    pieces.feed(bytes.substr(at, length));
    at += length;
  }
  SC_ASSERT(whole.result() == pieces.result());
  return 0;
}
