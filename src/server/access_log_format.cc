// SPDX-License-Identifier: MIT
#include "server/access_log_format.h"

#include <array>
#include <cstddef>
#include <ctime>
#include <string_view>

namespace socketcluster::server {
namespace {

constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

void append_padded(std::string& out, int number, std::size_t digits) {
  const std::string text = std::to_string(number);
  if (text.size() < digits) out.append(digits - text.size(), '0');
  out += text;
}

std::tm utc(std::int64_t unix_seconds) {
  const auto time = static_cast<std::time_t>(unix_seconds);
  std::tm parts{};
  ::gmtime_r(&time, &parts);
  return parts;
}

void append_clock(std::string& out, const std::tm& time) {
  append_padded(out, time.tm_hour, 2);
  out += ':';
  append_padded(out, time.tm_min, 2);
  out += ':';
  append_padded(out, time.tm_sec, 2);
}

void append_apache_time(std::string& out, std::int64_t unix_seconds) {
  const std::tm time = utc(unix_seconds);
  append_padded(out, time.tm_mday, 2);
  out.append("/").append(kMonths[static_cast<std::size_t>(time.tm_mon)]).append("/");
  append_padded(out, time.tm_year + 1900, 4);
  out += ':';
  append_clock(out, time);
  out += " +0000";
}

void append_iso_time(std::string& out, std::int64_t unix_seconds) {
  const std::tm time = utc(unix_seconds);
  append_padded(out, time.tm_year + 1900, 4);
  out += '-';
  append_padded(out, time.tm_mon + 1, 2);
  out += '-';
  append_padded(out, time.tm_mday, 2);
  out += 'T';
  append_clock(out, time);
  out += 'Z';
}

// `prefix` is "\x" or "\u00", in front of two hexadecimal digits.
void append_escaped(std::string& out, std::string_view text, std::string_view prefix) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20 || byte >= 0x7f) {
      out.append(prefix) += kDigits[byte >> 4U];
      out += kDigits[byte & 15U];
    } else {
      out += c;
    }
  }
}

std::string_view protocol_of(const http::Request& request) {
  return request.version() == http::Version::kHttp11 ? "HTTP/1.1" : "HTTP/1.0";
}

std::string_view header_of(const http::AccessRecord& record, std::string_view name) {
  return record.request == nullptr ? "" : record.request->header(name).value_or("");
}

void append_quoted(std::string& out, std::string_view text) {
  out += " \"";
  append_escaped(out, text.empty() ? "-" : text, "\\x");
  out += '"';
}

void append_member(std::string& out, std::string_view name, std::string_view text) {
  out.append("\"").append(name).append("\":\"");
  append_escaped(out, text, "\\u00");
  out += "\",";
}

}  // namespace

void append_combined_line(std::string& out, const http::AccessRecord& record,
                          const std::string& client, std::int64_t unix_seconds) {
  append_escaped(out, client.empty() ? "-" : client, "\\x");
  out += " - - [";
  append_apache_time(out, unix_seconds);
  out += ']';
  std::string line;
  if (record.request != nullptr) {
    line.append(record.request->method()).append(" ").append(record.request->target());
    line.append(" ").append(protocol_of(*record.request));
  }
  append_quoted(out, line);
  out.append(" ").append(std::to_string(record.status));
  out.append(" ").append(std::to_string(record.body_bytes));
  append_quoted(out, header_of(record, "Referer"));
  append_quoted(out, header_of(record, "User-Agent"));
  out += '\n';
}

void append_json_line(std::string& out, const http::AccessRecord& record, const std::string& client,
                      std::int64_t unix_seconds) {
  out += "{\"time\":\"";
  append_iso_time(out, unix_seconds);
  out += "\",";
  append_member(out, "client", client);
  if (record.request != nullptr) {
    append_member(out, "method", record.request->method());
    append_member(out, "target", record.request->target());
    append_member(out, "protocol", protocol_of(*record.request));
    append_member(out, "referer", header_of(record, "Referer"));
    append_member(out, "userAgent", header_of(record, "User-Agent"));
  }
  out.append("\"status\":").append(std::to_string(record.status));
  out.append(",\"bytes\":").append(std::to_string(record.body_bytes));
  out.append(",\"ms\":").append(std::to_string(record.duration_ms)).append("}\n");
}

}  // namespace socketcluster::server
