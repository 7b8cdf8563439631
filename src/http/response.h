// SPDX-License-Identifier: MIT
// A response and its head on the wire (RFC 9112 section 4). Date, Connection and Content-Length are
// written by the connection and cannot be set; what a field name or value must not hold (CR, LF,
// NUL) is refused, so no input can add a header of its own. A value; no thread rule.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "http/request.h"

namespace socketcluster::http {

// "Not Found" for 404; "Unknown" for what is not registered.
std::string_view reason_phrase(int status);

class Response {
 public:
  // REQUIRES: 200 <= status <= 599.
  explicit Response(int status, std::string body = {});

  // Plain text: `body`, or the reason phrase when it is empty.
  static Response text(int status, std::string body = {});

  // Appends a field. Fails, without effect, when the name is no token, the value has a forbidden
  // character, or the field is one that the connection writes itself.
  base::Status add_header(std::string_view name, std::string_view value);
  // The same for fields that the program itself chose. REQUIRES: add_header() would work.
  Response& with(std::string_view name, std::string_view value) &;
  Response&& with(std::string_view name, std::string_view value) &&;
  // The first field of that name, in any case.
  std::optional<std::string_view> header(std::string_view name) const;
  // Takes out all fields of that name, in any case.
  void remove_header(std::string_view name);
  // What add_header() would say.
  static base::Status check_header(std::string_view name, std::string_view value);
  // The connection is closed after this response.
  Response& with_close() &;
  Response&& with_close() &&;

  int status() const { return status_; }
  // REQUIRES: 200 <= status <= 599.
  void set_status(int status);
  const std::string& body() const { return body_; }
  std::string take_body() { return std::move(body_); }
  bool closes_connection() const { return closes_connection_; }
  // 204 and 304 carry neither a body nor a Content-Length (RFC 9110 section 8.6).
  bool may_have_body() const { return status_ != 204 && status_ != 304; }
  // The fields as they will be sent, each "Name: value\r\n".
  const std::string& fields() const { return fields_; }

 private:
  int status_;
  bool closes_connection_ = false;
  std::string fields_;
  std::string body_;
};

// How the end of a body is known (RFC 9112 section 6).
enum class Framing : std::uint8_t { kLength, kChunked, kUntilClose };

// What only the connection knows.
struct HeadContext {
  Version version = Version::kHttp11;  // of the request
  bool keep_alive = true;              // after this response
  std::uint64_t content_length = 0;    // left out when the status has no body
  std::string_view date{};
  std::string_view strict_transport_security{};  // unless the response has it; empty: left out
  Framing framing = Framing::kLength;            // left out when the status has no body
};

// Appends status line, fields and the empty line to `out`.
void append_head(std::string& out, const Response& response, const HeadContext& context);

}  // namespace socketcluster::http
