// SPDX-License-Identifier: MIT
#include "config/tls_certificates.h"

#include <string_view>

namespace socketcluster::config {
namespace {

namespace json = boost::json;

struct Member {
  std::string_view name;
  std::string TlsCertificate::*text;
};
constexpr Member kMembers[] = {{"key", &TlsCertificate::key},
                               {"cert", &TlsCertificate::cert},
                               {"pfx", &TlsCertificate::pfx},
                               {"passphrase", &TlsCertificate::passphrase}};

const Member* find_member(std::string_view name) {
  for (const Member& member : kMembers) {
    if (member.name == name) return &member;
  }
  return nullptr;
}

std::optional<TlsCertificate> certificate_from_json(const json::value& value) {
  const auto* const object = value.if_object();
  if (object == nullptr) return std::nullopt;
  TlsCertificate certificate;
  for (const auto& [key, text] : *object) {
    const Member* const member = find_member(key);
    if (member == nullptr || !text.is_string()) return std::nullopt;
    certificate.*(member->text) = std::string(text.get_string());
  }
  return certificate;
}

}  // namespace

json::value certificates_to_json(const std::vector<TlsCertificate>& certificates) {
  json::array list;
  for (const TlsCertificate& certificate : certificates) {
    json::object object;
    for (const Member& member : kMembers) {
      const std::string& text = certificate.*(member.text);
      if (!text.empty()) object[member.name] = text;
    }
    list.emplace_back(std::move(object));
  }
  return list;
}

std::optional<std::vector<TlsCertificate>> certificates_from_json(const json::value& value) {
  const auto* const list = value.if_array();
  if (list == nullptr) return std::nullopt;
  std::vector<TlsCertificate> certificates;
  for (const json::value& item : *list) {
    auto certificate = certificate_from_json(item);
    if (!certificate) return std::nullopt;
    certificates.push_back(std::move(*certificate));
  }
  return certificates;
}

}  // namespace socketcluster::config
