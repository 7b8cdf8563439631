// SPDX-License-Identifier: MIT
#include "http/request_parser.h"

#include <algorithm>
#include <boost/beast/http/basic_parser.hpp>
#include <cstdint>
#include <utility>

#include "base/ascii.h"
#include "base/assert.h"
#include "http/characters.h"
#include "http/url_path.h"

namespace socketcluster::http {

namespace beast = boost::beast;

// Beast's grammar of a head, fed with one complete head at once; it records where things are.
class RequestParser::BeastHead final : public beast::http::basic_parser<true> {
 public:
  explicit BeastHead(Request& request) : request_(&request) {
    header_limit(UINT32_MAX);  // HeadScanner has judged the sizes already
    body_limit(boost::none);
  }

  bool parse(std::string_view head) {
    beast::error_code error;
    const std::size_t used = put(boost::asio::const_buffer(head.data(), head.size()), error);
    return !error && used == head.size() && is_header_done();
  }

 private:
  using View = beast::string_view;
  using Code = beast::error_code;

  Request::Slice slice(View view) const {
    if (view.empty()) return {};
    const std::string& head = request_->head_;
    SC_ASSERT(view.data() >= head.data() && view.data() + view.size() <= head.data() + head.size());
    return {static_cast<std::uint32_t>(view.data() - head.data()),
            static_cast<std::uint32_t>(view.size())};
  }

  void on_request_impl(beast::http::verb, View method, View target, int version, Code&) override {
    request_->method_ = slice(method);
    request_->target_ = slice(target);
    request_->version_ = version == 10 ? Version::kHttp10 : Version::kHttp11;
  }
  void on_field_impl(beast::http::field, View name, View value, Code&) override {
    request_->fields_.push_back({slice(name), slice(value)});
  }
  void on_header_impl(Code&) override {}
  void on_finish_impl(Code&) override {}

  // Not reached: a request has no status line, and bodies are not given to Beast.
  void on_response_impl(int, View, int, Code&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, Code&) override {}
  std::size_t on_body_impl(View, Code&) override { return 0; }
  void on_chunk_header_impl(std::uint64_t, View, Code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, View, Code&) override { return 0; }

  Request* request_;
};

RequestParser::RequestParser(const RequestLimits& limits) : limits_(&limits), scanner_(limits) {}

RequestParser::Progress RequestParser::feed(std::string_view bytes) {
  std::size_t consumed = 0;
  Outcome outcome = body_ ? Outcome::kNeedMore : feed_head(bytes, consumed);
  if (outcome == Outcome::kNeedMore && body_) {
    std::size_t body_consumed = 0;
    outcome = feed_body(bytes.substr(consumed), body_consumed);
    consumed += body_consumed;
  }
  return {outcome, consumed};
}

bool RequestParser::take_continue_request() {
  return std::exchange(wants_continue_, false);
}

RequestParser::Outcome RequestParser::feed_head(std::string_view bytes, std::size_t& consumed) {
  const HeadScanner::Outcome outcome = scanner_.scan(bytes, consumed);
  if (outcome == HeadScanner::Outcome::kFailed) return fail(scanner_.failure_status());
  request_.head_.append(bytes.substr(0, consumed));  // bounded by the scanner's limit
  if (outcome == HeadScanner::Outcome::kNeedMore) return Outcome::kNeedMore;
  const int refusal = interpret_head();
  return refusal == 0 ? Outcome::kNeedMore : fail(refusal);
}

RequestParser::Outcome RequestParser::feed_body(std::string_view bytes, std::size_t& consumed) {
  switch (body_->feed(bytes, request_.body_, consumed)) {
    case BodyDecoder::Outcome::kNeedMore:
      if (consumed > 0) wants_continue_ = false;
      return Outcome::kNeedMore;
    case BodyDecoder::Outcome::kComplete:
      wants_continue_ = false;
      return Outcome::kComplete;
    case BodyDecoder::Outcome::kFailed:
      return fail(body_->failure_status());
  }
  return fail(400);
}

RequestParser::Outcome RequestParser::fail(int status) {
  failure_status_ = status;
  return Outcome::kFailed;
}

int RequestParser::interpret_head() {
  const std::string_view head = request_.head_;
  const std::size_t start = head.find_first_not_of("\r\n");
  const std::string_view line = head.substr(start, head.find('\r', start) - start);
  if (const int refusal = check_version(line); refusal != 0) return refusal;
  request_.fields_.reserve(scanner_.field_count());
  if (!BeastHead(request_).parse(head.substr(start))) return 400;
  if (const int refusal = check_host(); refusal != 0) return refusal;
  if (const int refusal = interpret_target(); refusal != 0) return refusal;
  if (const int refusal = check_framing(); refusal != 0) return refusal;
  interpret_connection();
  return check_expectation();
}

// RFC 9112 section 2.3; other versions are well-formed but not ours.
int RequestParser::check_version(std::string_view line) const {
  const std::string_view version = line.substr(line.rfind(' ') + 1);
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (version.size() != 8 || version.substr(0, 5) != "HTTP/" || version[6] != '.' ||
      !is_digit(version[5]) || !is_digit(version[7])) {
    return 400;
  }
  return version == "HTTP/1.1" || version == "HTTP/1.0" ? 0 : 505;
}

// RFC 9112 section 3.2: exactly one in HTTP/1.1, and it is a host.
int RequestParser::check_host() const {
  const std::size_t count = request_.count_header("Host");
  if (count > 1 || (count == 0 && request_.version_ == Version::kHttp11)) return 400;
  return all_in_class(request_.header("Host").value_or(""), kHost) ? 0 : 400;
}

// RFC 9112 section 6.3, in the strict reading: whatever two recipients could frame differently is
// refused instead of repaired (request smuggling).
int RequestParser::check_framing() {
  const std::size_t lengths = request_.count_header("Content-Length");
  const std::size_t codings = request_.count_header("Transfer-Encoding");
  if (lengths > 1 || codings > 1 || (lengths != 0 && codings != 0)) return 400;
  if (codings == 1) {
    const std::string_view coding = *request_.header("Transfer-Encoding");
    if (request_.version_ == Version::kHttp10 || coding.empty()) return 400;
    if (!base::equals_ignoring_case(coding, "chunked")) return 501;
    body_ = BodyDecoder::chunked(limits_->body_bytes);
    return 0;
  }
  std::size_t length = 0;
  if (lengths == 1) {
    const std::string_view digits = *request_.header("Content-Length");
    if (digits.empty()) return 400;
    for (const char c : digits) {
      if (c < '0' || c > '9') return 400;
      if (length > limits_->body_bytes / 10) return 413;
      length = length * 10 + static_cast<std::size_t>(c - '0');
    }
    if (length > limits_->body_bytes) return 413;
  }
  body_ = BodyDecoder::with_length(length, limits_->body_bytes);
  // A first piece only: what a peer announces is not yet worth memory.
  request_.body_.reserve(std::min(length, std::size_t{4096}));
  return 0;
}

// RFC 9110 section 10.1.1.
int RequestParser::check_expectation() {
  const std::string expectation = request_.joined_header("Expect");
  if (expectation.empty() || request_.version_ == Version::kHttp10) return 0;
  if (!base::equals_ignoring_case(expectation, "100-continue")) return 417;
  wants_continue_ = true;
  return 0;
}

// RFC 9112 section 3.2: origin, absolute, authority or asterisk form.
int RequestParser::interpret_target() {
  const Request::Slice slice = request_.target_;
  const std::string_view target = request_.target();
  if (target.find('#') != std::string_view::npos) return 400;
  std::size_t path_start = 0;
  if (target.front() != '/') {
    if (request_.method() == "CONNECT") return all_in_class(target, kHost) ? 0 : 400;
    if (target == "*") {
      request_.raw_path_ = slice;
      request_.path_ = "*";
      return request_.method() == "OPTIONS" ? 0 : 400;
    }
    const std::size_t scheme_end = target.find("://");
    const std::string_view scheme = target.substr(0, std::min(scheme_end, target.size()));
    if (scheme_end == std::string_view::npos || (!base::equals_ignoring_case(scheme, "http") &&
                                                 !base::equals_ignoring_case(scheme, "https"))) {
      return 400;
    }
    path_start = std::min(target.find_first_of("/?", scheme_end + 3), target.size());
    const std::string_view authority = target.substr(scheme_end + 3, path_start - (scheme_end + 3));
    if (authority.empty() || !all_in_class(authority, kHost)) return 400;
  }
  return split_target(path_start);
}

int RequestParser::split_target(std::size_t path_start) {
  const std::string_view target = request_.target();
  const std::uint32_t offset = request_.target_.offset;
  const auto slice = [offset](std::size_t from, std::size_t to) {
    return Request::Slice{offset + static_cast<std::uint32_t>(from),
                          static_cast<std::uint32_t>(to - from)};
  };
  const std::size_t mark = std::min(target.find('?', path_start), target.size());
  if (mark < target.size()) request_.query_ = slice(mark + 1, target.size());
  if (mark > path_start) {
    request_.raw_path_ = slice(path_start, mark);
  } else {
    const std::size_t any_slash = target.find('/');  // "http://host?x": the path is "/"
    request_.raw_path_ = slice(any_slash, any_slash + 1);
  }
  std::optional<std::string> decoded = decode_percent(request_.raw_path());
  if (!decoded) return 400;
  request_.path_ = std::move(*decoded);
  return 0;
}

// RFC 9112 section 9.3 and RFC 9110 section 7.8.
void RequestParser::interpret_connection() {
  const bool is_11 = request_.version_ == Version::kHttp11;
  const bool close = request_.header_has_token("Connection", "close");
  request_.keep_alive_ = !close && (is_11 || request_.header_has_token("Connection", "keep-alive"));
  const bool has_body = request_.header("Transfer-Encoding") ||
                        request_.header("Content-Length").value_or("0") != "0";
  request_.is_upgrade_ = is_11 && !has_body && request_.header("Upgrade") &&
                         request_.header_has_token("Connection", "upgrade");
}

}  // namespace socketcluster::http
