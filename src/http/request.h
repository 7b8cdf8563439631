// SPDX-License-Identifier: MIT
// One complete HTTP/1.x request (RFC 9112): request line, header fields in order, body. A value:
// it owns its bytes (one block that everything else points into by offset), so copies and moves are
// safe. Views that it returns are valid until the request is destroyed, moved from or assigned to.
//
// Thread rule: none; a plain value.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace socketcluster::http {

enum class Version : std::uint8_t { kHttp10, kHttp11 };

struct FieldView {
  std::string_view name;   // as the client spelled it
  std::string_view value;  // without white space at both ends
};

class Request {
 public:
  std::string_view method() const { return at(method_); }
  // The request-target exactly as sent: "/a%20b?x=1", "http://host/a", "*" or "host:port".
  std::string_view target() const { return at(target_); }
  // The path part of the target, still percent-encoded; "/" at least, but "*" for `OPTIONS *` and
  // "" for CONNECT.
  std::string_view raw_path() const { return at(raw_path_); }
  // raw_path() percent-decoded. May hold any byte, "/" and NUL included: for comparing and showing,
  // never for opening files (see url_path.h).
  const std::string& path() const { return path_; }
  // What follows the first "?" of the target, without it.
  std::string_view query() const { return at(query_); }
  Version version() const { return version_; }

  std::size_t field_count() const { return fields_.size(); }
  // REQUIRES: index < field_count().
  FieldView field(std::size_t index) const {
    return {at(fields_[index].name), at(fields_[index].value)};
  }
  // The first field of that name (in any case).
  std::optional<std::string_view> header(std::string_view name) const;
  std::size_t count_header(std::string_view name) const;
  // All fields of that name in order, joined by ", " (RFC 9110 section 5.3); "" when there is none.
  std::string joined_header(std::string_view name) const;
  // True when the comma-separated list of all fields of that name has the element `token`, in any
  // case.
  bool header_has_token(std::string_view name, std::string_view token) const;

  const std::string& body() const { return body_; }
  // The client lets the connection be used for further requests (RFC 9112 section 9.3).
  bool keep_alive() const { return keep_alive_; }
  // HTTP/1.1 with "Connection: upgrade", an Upgrade field and no body (RFC 9110 section 7.8).
  bool is_upgrade() const { return is_upgrade_; }

 private:
  friend class RequestParser;
  struct Slice {
    std::uint32_t offset = 0;
    std::uint32_t size = 0;
  };
  struct Field {
    Slice name;
    Slice value;
  };
  std::string_view at(Slice slice) const { return {head_.data() + slice.offset, slice.size}; }

  std::string head_;
  std::vector<Field> fields_;
  std::string path_;
  std::string body_;
  Slice method_;
  Slice target_;
  Slice raw_path_;
  Slice query_;
  Version version_ = Version::kHttp11;
  bool keep_alive_ = false;
  bool is_upgrade_ = false;
};

}  // namespace socketcluster::http
