// SPDX-License-Identifier: MIT
#include "http/response.h"

#include <array>
#include <charconv>
#include <utility>

#include "base/ascii.h"
#include "base/assert.h"
#include "http/characters.h"

namespace socketcluster::http {
namespace {

struct Reason {
  int status;
  std::string_view phrase;
};

constexpr std::array kReasons = {
    Reason{200, "OK"},
    Reason{201, "Created"},
    Reason{202, "Accepted"},
    Reason{203, "Non-Authoritative Information"},
    Reason{204, "No Content"},
    Reason{205, "Reset Content"},
    Reason{206, "Partial Content"},
    Reason{207, "Multi-Status"},
    Reason{300, "Multiple Choices"},
    Reason{301, "Moved Permanently"},
    Reason{302, "Found"},
    Reason{303, "See Other"},
    Reason{304, "Not Modified"},
    Reason{307, "Temporary Redirect"},
    Reason{308, "Permanent Redirect"},
    Reason{400, "Bad Request"},
    Reason{401, "Unauthorized"},
    Reason{402, "Payment Required"},
    Reason{403, "Forbidden"},
    Reason{404, "Not Found"},
    Reason{405, "Method Not Allowed"},
    Reason{406, "Not Acceptable"},
    Reason{407, "Proxy Authentication Required"},
    Reason{408, "Request Timeout"},
    Reason{409, "Conflict"},
    Reason{410, "Gone"},
    Reason{411, "Length Required"},
    Reason{412, "Precondition Failed"},
    Reason{413, "Content Too Large"},
    Reason{414, "URI Too Long"},
    Reason{415, "Unsupported Media Type"},
    Reason{416, "Range Not Satisfiable"},
    Reason{417, "Expectation Failed"},
    Reason{421, "Misdirected Request"},
    Reason{422, "Unprocessable Content"},
    Reason{423, "Locked"},
    Reason{424, "Failed Dependency"},
    Reason{425, "Too Early"},
    Reason{426, "Upgrade Required"},
    Reason{428, "Precondition Required"},
    Reason{429, "Too Many Requests"},
    Reason{431, "Request Header Fields Too Large"},
    Reason{451, "Unavailable For Legal Reasons"},
    Reason{500, "Internal Server Error"},
    Reason{501, "Not Implemented"},
    Reason{502, "Bad Gateway"},
    Reason{503, "Service Unavailable"},
    Reason{504, "Gateway Timeout"},
    Reason{505, "HTTP Version Not Supported"},
    Reason{507, "Insufficient Storage"},
    Reason{511, "Network Authentication Required"},
};

bool is_written_by_connection(std::string_view name) {
  for (const std::string_view own :
       {"Content-Length", "Transfer-Encoding", "Connection", "Keep-Alive", "Date", "Trailer"}) {
    if (base::equals_ignoring_case(name, own)) return true;
  }
  return false;
}

void append_number(std::string& out, std::uint64_t value) {
  std::array<char, 20> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  out.append(digits.data(), static_cast<std::size_t>(end - digits.data()));
}

void append_framing(std::string& out, const HeadContext& context) {
  switch (context.framing) {
    case Framing::kLength:
      out += "Content-Length: ";
      append_number(out, context.content_length);
      out += "\r\n";
      return;
    case Framing::kChunked:
      out += "Transfer-Encoding: chunked\r\n";
      return;
    case Framing::kUntilClose:
      return;
  }
}

}  // namespace

std::string_view reason_phrase(int status) {
  for (const Reason& reason : kReasons) {
    if (reason.status == status) return reason.phrase;
  }
  return "Unknown";
}

Response::Response(int status, std::string body) : status_(status), body_(std::move(body)) {
  SC_ASSERT(status >= 200 && status <= 599);
}

void Response::set_status(int status) {
  SC_ASSERT(status >= 200 && status <= 599);
  status_ = status;
}

Response Response::text(int status, std::string body) {
  if (body.empty()) body = reason_phrase(status);
  return Response(status, std::move(body)).with("Content-Type", "text/plain; charset=utf-8");
}

base::Status Response::check_header(std::string_view name, std::string_view value) {
  if (name.empty() || !all_in_class(name, kToken)) {
    return base::Failure{"A header name must be a token (RFC 9110 section 5.6.2)"};
  }
  if (is_written_by_connection(name)) {
    return base::Failure{std::string(name) + " is written by the connection and cannot be set"};
  }
  if (!all_in_class(value, kFieldValue)) {
    return base::Failure{"The value of " + std::string(name) +
                         " contains a control character such as CR or LF"};
  }
  return base::Status::ok();
}

base::Status Response::add_header(std::string_view name, std::string_view value) {
  if (base::Status status = check_header(name, value); !status) return status;
  fields_.append(name).append(": ").append(value).append("\r\n");
  return base::Status::ok();
}

std::optional<std::string_view> Response::header(std::string_view name) const {
  std::string_view rest = fields_;
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, rest.find("\r\n"));
    rest.remove_prefix(line.size() + 2);
    const std::size_t colon = line.find(": ");
    if (base::equals_ignoring_case(line.substr(0, colon), name)) return line.substr(colon + 2);
  }
  return std::nullopt;
}

void Response::remove_header(std::string_view name) {
  std::size_t begin = 0;
  while (begin < fields_.size()) {
    const std::size_t size = fields_.find("\r\n", begin) + 2 - begin;
    const std::string_view line(fields_.data() + begin, size);
    if (base::equals_ignoring_case(line.substr(0, line.find(':')), name)) {
      fields_.erase(begin, size);
    } else {
      begin += size;
    }
  }
}

Response& Response::with(std::string_view name, std::string_view value) & {
  const base::Status status = add_header(name, value);
  SC_ASSERT(status.has_value());
  return *this;
}

Response&& Response::with(std::string_view name, std::string_view value) && {
  return std::move(with(name, value));
}

Response& Response::with_close() & {
  closes_connection_ = true;
  return *this;
}

Response&& Response::with_close() && {
  return std::move(with_close());
}

void append_head(std::string& out, const Response& response, const HeadContext& context) {
  out.reserve(out.size() + response.fields().size() + 160);
  out += "HTTP/1.1 ";
  append_number(out, static_cast<std::uint64_t>(response.status()));
  out += ' ';
  out += reason_phrase(response.status());
  out += "\r\nDate: ";
  out += context.date;
  out += "\r\n";
  if (!context.keep_alive) {
    out += "Connection: close\r\n";
  } else if (context.version == Version::kHttp10) {
    out += "Connection: keep-alive\r\n";
  }
  out += response.fields();
  constexpr std::string_view kStrict = "Strict-Transport-Security";
  if (!context.strict_transport_security.empty() && !response.header(kStrict)) {
    out.append(kStrict).append(": ").append(context.strict_transport_security).append("\r\n");
  }
  if (response.may_have_body()) append_framing(out, context);
  out += "\r\n";
}

}  // namespace socketcluster::http
