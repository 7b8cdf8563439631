// SPDX-License-Identifier: MIT
#include "config/tls_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "base/socket_path.h"

namespace socketcluster::config {
namespace {

// A handshake compares the name that a client asks for with those of all of them.
constexpr std::size_t kMaxSni = 1000;

void check_certificate(const TlsCertificate& certificate, const std::string& place,
                       std::vector<std::string>& errors) {
  const bool has_pem = !certificate.key.empty() || !certificate.cert.empty();
  if (!certificate.pfx.empty()) {
    if (has_pem) errors.push_back(fmt::format("{} has pfx beside key or cert: use one", place));
  } else if (certificate.cert.empty()) {
    errors.push_back(fmt::format("{} has no cert (nor pfx), which protocol https needs", place));
  } else if (certificate.key.empty()) {
    errors.push_back(fmt::format("{} has a cert, but not its key", place));
  }
}

void check_redirect(const Options& options, std::vector<std::string>& errors) {
  if (options.http_redirect_port == 0) return;
  if (options.protocol != ServerProtocol::kHttps) {
    errors.emplace_back("httpRedirectPort needs protocol https: there is nothing to redirect to");
  } else if (base::socket_path(options.host)) {
    errors.emplace_back(
        "httpRedirectPort cannot be used when host is a UNIX socket: the proxy in front of it has "
        "to redirect");
  } else if (options.http_redirect_port == options.port) {
    errors.push_back(fmt::format("httpRedirectPort is {}, but must be another one than port",
                                 options.http_redirect_port));
  }
}

// RFC 6797 section 6.1, as far as a mistake would make browsers ignore it without a word.
void check_strict_transport(const Options& options, std::vector<std::string>& errors) {
  const std::string_view text = options.strict_transport_security;
  if (text.empty()) return;
  constexpr std::string_view kBegin = "max-age=";
  const bool begins_well = text.starts_with(kBegin) && text.size() > kBegin.size() &&
                           text[kBegin.size()] >= '0' && text[kBegin.size()] <= '9';
  const bool is_visible =
      std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
  if (!begins_well || !is_visible) {
    errors.emplace_back(
        "strictTransportSecurity must be like max-age=31536000 or max-age=31536000; "
        "includeSubDomains");
  } else if (options.protocol != ServerProtocol::kHttps) {
    errors.emplace_back(
        "strictTransportSecurity needs protocol https: browsers do not believe it otherwise");
  }
}

}  // namespace

void check_tls(const Options& options, std::vector<std::string>& errors) {
  check_redirect(options, errors);
  check_strict_transport(options, errors);
  if (options.protocol != ServerProtocol::kHttps) return;
  const TlsOptions& tls = options.protocol_options;
  check_certificate(tls.certificate, "protocolOptions", errors);
  for (std::size_t i = 0; i < tls.sni.size(); ++i) {
    check_certificate(tls.sni[i], fmt::format("protocolOptions.sni[{}]", i), errors);
  }
  if (tls.sni.size() > kMaxSni) {
    errors.push_back(fmt::format("protocolOptions.sni has {} certificates, but may have {}",
                                 tls.sni.size(), kMaxSni));
  }
  if (tls.min_version > tls.max_version) {
    errors.emplace_back("protocolOptions.minVersion is newer than maxVersion");
  }
  if (tls.request_cert && tls.reject_unauthorized && tls.ca.empty()) {
    errors.emplace_back(
        "protocolOptions.requestCert needs ca: who has signed the clients' certificates");
  }
}

}  // namespace socketcluster::config
