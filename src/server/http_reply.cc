// SPDX-License-Identifier: MIT
// The public HttpReply and HttpStream: content types, cookies, redirects; the rest is
// HttpReplyState's.
#include <socketcluster/http_reply.h>

#include <stdexcept>

#include "http/characters.h"
#include "server/http_reply_state.h"
#include "server/json_values.h"

namespace socketcluster {
namespace {

constexpr std::string_view kText = "text/plain; charset=utf-8";
constexpr std::string_view kHtml = "text/html; charset=utf-8";
constexpr std::string_view kJson = "application/json; charset=utf-8";

void append_escaped(std::string& out, char c) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  const auto byte = static_cast<unsigned char>(c);
  out += '%';
  out += kDigits[byte >> 4];
  out += kDigits[byte & 15];
}

template <typename IsKept>
std::string percent_encode(std::string_view text, IsKept is_kept) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    if (is_kept(c)) {
      out += c;
    } else {
      append_escaped(out, c);
    }
  }
  return out;
}

bool is_visible(char c) {
  return c > ' ' && c < 0x7f;
}

// RFC 6265 section 4.1.1, without '%', which begins an escape.
bool is_cookie_octet(char c) {
  return is_visible(c) && std::string_view("\",;\\%").find(c) == std::string_view::npos;
}

void append_attribute(std::string& out, std::string_view name, std::string_view value) {
  if (value.find(';') != std::string_view::npos) {
    throw std::invalid_argument("a cookie's " + std::string(name) + " must not contain ';'");
  }
  out.append("; ").append(name).append("=").append(value);
}

void append_same_site(std::string& out, SameSite same_site) {
  switch (same_site) {
    case SameSite::kNotSet:
      return;
    case SameSite::kLax:
      return append_attribute(out, "SameSite", "Lax");
    case SameSite::kStrict:
      return append_attribute(out, "SameSite", "Strict");
    case SameSite::kNone:
      return append_attribute(out, "SameSite", "None");
  }
}

}  // namespace

// ---- HttpReply ----

bool HttpReply::is_open() const {
  return state_->is_open();
}

const HttpReply& HttpReply::status(int status) const {
  state_->set_status(status);
  return *this;
}
const HttpReply& HttpReply::header(std::string_view name, std::string_view value) const {
  state_->set_header(name, value);
  return *this;
}
const HttpReply& HttpReply::add_header(std::string_view name, std::string_view value) const {
  state_->add_header(name, value);
  return *this;
}

const HttpReply& HttpReply::cookie(std::string_view name, std::string_view value,
                                   const CookieOptions& options) const {
  if (name.empty() || !http::all_in_class(name, http::kToken)) {
    throw std::invalid_argument("a cookie's name must be a token");
  }
  std::string text(name);
  text.append("=").append(percent_encode(value, is_cookie_octet));
  if (!options.path.empty()) append_attribute(text, "Path", options.path);
  if (!options.domain.empty()) append_attribute(text, "Domain", options.domain);
  if (options.max_age) append_attribute(text, "Max-Age", std::to_string(options.max_age->count()));
  if (options.http_only) text += "; HttpOnly";
  if (options.secure) text += "; Secure";
  append_same_site(text, options.same_site);
  return add_header("Set-Cookie", text);
}

const HttpReply& HttpReply::clear_cookie(std::string_view name, CookieOptions options) const {
  options.max_age = std::chrono::seconds(0);
  return cookie(name, "", options);
}

void HttpReply::text(std::string body) const {
  state_->send(0, std::move(body), kText);
}
void HttpReply::text(int status, std::string body) const {
  state_->send(status, std::move(body), kText);
}
void HttpReply::html(std::string body) const {
  state_->send(0, std::move(body), kHtml);
}
void HttpReply::html(int status, std::string body) const {
  state_->send(status, std::move(body), kHtml);
}
void HttpReply::json(const Json& body) const {
  state_->send(0, server::to_text(body), kJson);
}
void HttpReply::json(int status, const Json& body) const {
  state_->send(status, server::to_text(body), kJson);
}
void HttpReply::bytes(std::string body, std::string_view content_type) const {
  state_->send(0, std::move(body), content_type);
}
void HttpReply::empty(int status) const {
  state_->send(status, {}, {});
}

void HttpReply::redirect(std::string_view location, int status) const {
  if (status < 301 || status > 308 || (status > 303 && status < 307)) {
    throw std::invalid_argument("not a status of redirects: " + std::to_string(status));
  }
  header("Location", percent_encode(location, is_visible));
  state_->send(status, {}, {});
}

HttpStream HttpReply::stream(std::optional<std::uint64_t> length) const {
  return HttpStream(state_->stream(length));
}

void coroutine_failed(const HttpReply& reply, const std::string& /*text*/) {
  reply.state_->answer_500();
}

// ---- HttpStream ----

bool HttpStream::is_open() const {
  return state_->is_open();
}
bool HttpStream::write(std::string_view bytes) const {
  return state_->write(bytes);
}
void HttpStream::end() const {
  state_->end();
}
void HttpStream::end(std::string_view last_bytes) const {
  state_->write(last_bytes);
  state_->end();
}
void HttpStream::on_drain(Handler<void()> handler) const {
  state_->set_drain_handler(std::move(handler));
}
void HttpStream::on_close(Handler<void()> handler) const {
  state_->set_close_handler(std::move(handler));
}

}  // namespace socketcluster
