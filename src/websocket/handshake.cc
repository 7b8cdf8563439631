// SPDX-License-Identifier: MIT
#include "websocket/handshake.h"

#include <algorithm>
#include <array>
#include <tuple>
#include <vector>

#include "base/ascii.h"
#include "base/assert.h"
#include "base/base64.h"
#include "base/sha1.h"
#include "websocket/header_list.h"

namespace socketcluster::websocket {
namespace {

constexpr std::string_view kGuid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";  // RFC 6455 section 1.3
constexpr std::size_t kKeyChars = 24;

constexpr bool is_base64_char(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' ||
         c == '/';
}

// Base64 of 16 bytes (RFC 6455 section 4.1, item 7). The four unused bits are not looked at.
bool is_key(std::string_view text) {
  if (text.size() != kKeyChars || !text.ends_with("==")) return false;
  text.remove_suffix(2);
  return std::all_of(text.begin(), text.end(), is_base64_char);
}

// RFC 6455 section 4.2.2, item 5.4.
std::array<char, 28> accept_value(std::string_view key) {
  SC_ASSERT(key.size() == kKeyChars);
  std::array<char, kKeyChars + kGuid.size()> input;
  std::copy(kGuid.begin(), kGuid.end(), std::copy(key.begin(), key.end(), input.begin()));
  std::array<char, 28> accept;
  static_assert(base::base64_size(base::kSha1Bytes) == std::tuple_size_v<decltype(accept)>);
  base::write_base64(accept.data(), base::sha1({input.data(), input.size()}));
  return accept;
}

}  // namespace

void UpgradeRequest::List::add(std::string_view value) {
  if (!present) {
    first = value;
  } else {
    if (joined.empty()) joined = first;
    joined.append(", ").append(value);
  }
  present = true;
}

void UpgradeRequest::add_header(std::string_view name, std::string_view value) {
  const auto is = [name](std::string_view other) {
    return base::equals_ignoring_case(name, other);
  };
  const auto set = [value](Single* header) {
    header->value = base::trim(value);
    ++header->count;
  };
  if (is("Upgrade")) return upgrade_.add(value);
  if (is("Connection")) return connection_.add(value);
  if (is("Host")) return set(&host_);
  if (is("Sec-WebSocket-Key")) return set(&key_);
  if (is("Sec-WebSocket-Version")) return set(&websocket_version_);
  if (is("Sec-WebSocket-Protocol")) return protocols_.add(value);
  if (is("Sec-WebSocket-Extensions")) return extensions_.add(value);
}

bool UpgradeRequest::asks_for_websocket() const {
  return list_contains(upgrade_.value(), "websocket");
}

// The checks in the order in which `ws` makes them, so that a request with several faults gets the
// same answer from both.
class UpgradeCheck {
 public:
  UpgradeCheck(const UpgradeRequest& request, const DeflateOptions& deflate)
      : request_(request), deflate_(deflate) {}

  Upgrade run() {
    if (check_http() && check_websocket_headers() && select_subprotocol() && select_extensions()) {
      result_.accept = accept_value(request_.key_.value);
    }
    return std::move(result_);
  }

 private:
  bool refuse(int status, std::string_view body, std::string_view header = {}) {
    result_.status = status;
    result_.body = body;
    result_.refusal_header = header;
    return false;
  }

  // RFC 6455 section 4.2.1, items 1 to 4.
  bool check_http() {
    if (request_.method_ != "GET") return refuse(405, "Invalid HTTP method", "Allow: GET");
    if (request_.version_ < 11) return refuse(400, "HTTP/1.1 is required");
    if (request_.host_.count != 1) return refuse(400, "Missing or invalid Host header");
    if (!request_.asks_for_websocket()) return refuse(400, "Invalid Upgrade header");
    if (!list_contains(request_.connection_.value(), "upgrade")) {
      return refuse(400, "Invalid Connection header");
    }
    return true;
  }

  // Items 5 and 6. Neither may be repeated (sections 11.3.1 and 11.3.5). Version 8 differs from 13
  // only in the name of the Origin header; what is supported is told as section 4.4 demands.
  bool check_websocket_headers() {
    if (request_.key_.count != 1 || !is_key(request_.key_.value)) {
      return refuse(400, "Missing or invalid Sec-WebSocket-Key header");
    }
    const std::string_view version = request_.websocket_version_.value;
    if (request_.websocket_version_.count != 1 || (version != "13" && version != "8")) {
      return refuse(400, "Missing or invalid Sec-WebSocket-Version header",
                    "Sec-WebSocket-Version: 13, 8");
    }
    return true;
  }

  bool select_subprotocol() {
    if (!request_.protocols_.present) return true;
    const auto offered = parse_unique_tokens(request_.protocols_.value());
    if (!offered) return refuse(400, "Invalid Sec-WebSocket-Protocol header");
    result_.subprotocol = offered->front();
    return true;
  }

  // Malformed lists fail the handshake even when nothing would be selected (RFC 6455 section 9.1).
  bool select_extensions() {
    if (!request_.extensions_.present) return true;
    const auto offers = parse_extensions(request_.extensions_.value());
    if (!offers) return refuse(400, "Invalid or unacceptable Sec-WebSocket-Extensions header");
    result_.deflate = negotiate_deflate(*offers, deflate_);
    return true;
  }

  const UpgradeRequest& request_;
  const DeflateOptions& deflate_;
  Upgrade result_;
};

Upgrade check_upgrade(const UpgradeRequest& request, const DeflateOptions& deflate) {
  return UpgradeCheck(request, deflate).run();
}

void append_upgrade_response(std::string& out, const Upgrade& upgrade) {
  SC_DCHECK(upgrade.is_accepted());
  constexpr std::size_t kUsualBytes = 160;  // without subprotocol and extensions
  out.reserve(out.size() + kUsualBytes);
  out +=
      "HTTP/1.1 101 Switching Protocols\r\n"
      "Upgrade: websocket\r\n"
      "Connection: Upgrade\r\n"
      "Sec-WebSocket-Accept: ";
  out.append(upgrade.accept.data(), upgrade.accept.size());
  if (!upgrade.subprotocol.empty()) {
    out.append("\r\nSec-WebSocket-Protocol: ").append(upgrade.subprotocol);
  }
  if (upgrade.deflate) {
    out.append("\r\nSec-WebSocket-Extensions: ").append(format_agreement(*upgrade.deflate));
  }
  out += "\r\n\r\n";
}

}  // namespace socketcluster::websocket
