// SPDX-License-Identifier: MIT
// RequestParser: bytes in, in any pieces, one Request out (RFC 9112). HeadScanner judges the
// characters and the limits, Boost.Beast's parser the grammar of the head, this class the meaning
// (framing, Host, target, version), BodyDecoder the body. Beast exists only inside
// request_parser.cc, on the stack of one call, so a parser at rest is small.
//
// Pure: no I/O, no clock. The outcome does not depend on how the bytes were cut. After kComplete or
// kFailed the parser takes nothing more: make a new one for the next request.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "http/body_decoder.h"
#include "http/head_scanner.h"
#include "http/limits.h"
#include "http/request.h"

namespace socketcluster::http {

class RequestParser {
 public:
  enum class Outcome { kNeedMore, kComplete, kFailed };
  struct Progress {
    Outcome outcome;
    std::size_t consumed;  // bytes behind these belong to the next request
  };

  explicit RequestParser(const RequestLimits& limits);  // `limits` must outlive the parser
  RequestParser(const RequestParser&) = delete;
  RequestParser& operator=(const RequestParser&) = delete;

  Progress feed(std::string_view bytes);

  // The head is complete, and good so far.
  bool has_head() const { return body_.has_value(); }
  // REQUIRES: feed() returned kComplete.
  const Request& request() const { return request_; }
  // The status to refuse with: 400, 413, 414, 417, 431, 501 or 505. REQUIRES: feed() returned
  // kFailed.
  int failure_status() const { return failure_status_; }
  // True once when the client waits for "100 Continue" before it sends its body (RFC 9110 section
  // 10.1.1) and nothing of the body has arrived.
  bool take_continue_request();

 private:
  class BeastHead;

  Outcome feed_head(std::string_view bytes, std::size_t& consumed);
  Outcome feed_body(std::string_view bytes, std::size_t& consumed);
  Outcome fail(int status);

  // The checks of a complete head, each in the order that its answer depends on. 0: all is well.
  int interpret_head();
  int check_version(std::string_view line) const;
  int check_host() const;
  int check_framing();
  int check_expectation();
  int interpret_target();
  int split_target(std::size_t path_start);
  void interpret_connection();

  const RequestLimits* limits_;
  HeadScanner scanner_;
  std::optional<BodyDecoder> body_;  // from the end of the head on
  Request request_;
  int failure_status_ = 0;
  bool wants_continue_ = false;
};

}  // namespace socketcluster::http
