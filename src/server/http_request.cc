// SPDX-License-Identifier: MIT
#include <algorithm>

#include <socketcluster/http.h>

#include "base/ascii.h"
#include "http/url_path.h"
#include "server/http_request_data.h"
#include "server/json_values.h"

namespace socketcluster::server {

HttpRequest HttpRequestData::handle(std::shared_ptr<const HttpRequestData> data) {
  return HttpRequest(std::move(data));
}

HttpRequest make_http_request(const http::Request& request, std::string remote_address,
                              std::string forwarded_address, std::shared_ptr<const tls::Peer> tls) {
  return HttpRequestData::handle(std::make_shared<const HttpRequestData>(HttpRequestData{
      request, std::move(remote_address), std::move(forwarded_address), std::move(tls), {}}));
}

}  // namespace socketcluster::server

namespace socketcluster {
namespace {

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// As in application/x-www-form-urlencoded: '+' is a blank, a broken escape stays as it is.
std::string decode_parameter(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && hex_value(text[i + 1]) >= 0 &&
        hex_value(text[i + 2]) >= 0) {
      out += static_cast<char>(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2]));
      i += 2;
    } else {
      out += text[i] == '+' ? ' ' : text[i];
    }
  }
  return out;
}

std::optional<std::string> find_parameter(std::string_view rest, std::string_view name) {
  while (!rest.empty()) {
    const std::string_view pair = rest.substr(0, rest.find('&'));
    rest.remove_prefix(std::min(rest.size(), pair.size() + 1));
    const std::size_t equals = pair.find('=');
    if (decode_parameter(pair.substr(0, equals)) != name) continue;
    return equals == std::string_view::npos ? "" : decode_parameter(pair.substr(equals + 1));
  }
  return std::nullopt;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

// RFC 6265 section 5.4; a value may stand in quotes.
std::optional<std::string> find_cookie(std::string_view rest, std::string_view name) {
  while (!rest.empty()) {
    const std::string_view pair = rest.substr(0, rest.find(';'));
    rest.remove_prefix(std::min(rest.size(), pair.size() + 1));
    const std::size_t equals = pair.find('=');
    if (equals == std::string_view::npos || trimmed(pair.substr(0, equals)) != name) continue;
    std::string_view value = trimmed(pair.substr(equals + 1));
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"') {
      value = value.substr(1, value.size() - 2);
    }
    return http::decode_percent(value).value_or(std::string(value));
  }
  return std::nullopt;
}

}  // namespace

std::string_view HttpRequest::method() const {
  return data_->request.method();
}
std::string_view HttpRequest::target() const {
  return data_->request.target();
}
const std::string& HttpRequest::path() const {
  return data_->request.path();
}
std::string_view HttpRequest::query() const {
  return data_->request.query();
}

std::optional<std::string> HttpRequest::query_param(std::string_view name) const {
  return find_parameter(query(), name);
}

std::optional<std::string> HttpRequest::form_param(std::string_view name) const {
  const std::string_view type = header("Content-Type").value_or("");
  constexpr std::string_view kForm = "application/x-www-form-urlencoded";
  if (!base::equals_ignoring_case(trimmed(type.substr(0, type.find(';'))), kForm)) {
    return std::nullopt;
  }
  return find_parameter(body(), name);
}

// A comma belongs to the value: browsers send it as it is.
std::optional<std::string> HttpRequest::cookie(std::string_view name) const {
  for (std::size_t i = 0; i < data_->request.field_count(); ++i) {
    const http::FieldView field = data_->request.field(i);
    if (!base::equals_ignoring_case(field.name, "Cookie")) continue;
    if (auto value = find_cookie(field.value, name)) return value;
  }
  return std::nullopt;
}

std::string HttpRequest::param(std::string_view name) const {
  for (const auto& [key, value] : data_->params) {
    if (key == name) return value;
  }
  return {};
}

std::optional<std::string_view> HttpRequest::header(std::string_view name) const {
  return data_->request.header(name);
}

std::vector<std::pair<std::string, std::string>> HttpRequest::headers() const {
  std::vector<std::pair<std::string, std::string>> all;
  for (std::size_t i = 0; i < data_->request.field_count(); ++i) {
    const http::FieldView field = data_->request.field(i);
    all.emplace_back(field.name, field.value);
  }
  return all;
}

const std::string& HttpRequest::body() const {
  return data_->request.body();
}
std::optional<Json> HttpRequest::json() const {
  if (body().empty()) return std::nullopt;
  return server::parse_json(body());
}
const std::string& HttpRequest::remote_address() const {
  return data_->remote_address;
}
const std::string& HttpRequest::forwarded_address() const {
  return data_->forwarded_address;
}
bool HttpRequest::is_encrypted() const {
  return data_->tls != nullptr;
}
std::optional<TlsDetails> HttpRequest::tls() const {
  if (data_->tls == nullptr) return std::nullopt;
  return data_->tls->details();
}

}  // namespace socketcluster
