// SPDX-License-Identifier: MIT
// The checks of include/socketcluster/options.h: each row's range, then what relates options to
// each other.
#include <fmt/format.h>
#include <socketcluster/options.h>

#include "base/address_list.h"
#include "base/printable.h"
#include "base/socket_path.h"
#include "config/option_table.h"
#include "config/option_value.h"
#include "config/signal_name.h"
#include "config/tls_rules.h"

namespace socketcluster {
namespace {

using Errors = std::vector<std::string>;

// A process tells once per second that it is alive.
constexpr std::chrono::milliseconds kShortestHangTimeout{2000};

void check_processes(const Options& options, Errors& errors) {
  if (options.worker_hang_timeout.count() != 0 &&
      options.worker_hang_timeout < kShortestHangTimeout) {
    errors.push_back(
        fmt::format("workerHangTimeout is {} ms, but must be at least {}, or 0 to wait for ever",
                    options.worker_hang_timeout.count(), kShortestHangTimeout.count()));
  }
  // These two are checked by their rows unless they were set in code.
  if (!config::signal_number(options.force_kill_signal)) {
    errors.push_back(fmt::format("forceKillSignal is \"{}\", but must be {}",
                                 base::printable(options.force_kill_signal, 60),
                                 config::expected_value(*config::find_option("forceKillSignal"))));
  }
  if (!options.custom.is_object()) errors.emplace_back("custom must be a JSON object");
}

void check_times(const Options& options, Errors& errors) {
  if (options.ping_timeout_disabled || options.ping_interval < options.ping_timeout) return;
  errors.push_back(fmt::format(
      "pingInterval is {} ms, but must be less than pingTimeout ({} ms), or every client would "
      "time out between two pings",
      options.ping_interval.count(), options.ping_timeout.count()));
}

void check_outbound_limits(const Options& options, Errors& errors) {
  if (options.outbound_hard_limit < options.outbound_soft_limit) {
    errors.push_back(
        fmt::format("outboundHardLimit is {} bytes, but must be at least outboundSoftLimit ({})",
                    options.outbound_hard_limit, options.outbound_soft_limit));
  }
  if (options.outbound_hard_limit < options.max_payload) {
    errors.push_back(fmt::format(
        "outboundHardLimit is {} bytes, but must be at least maxPayload ({}), or one long message "
        "would close its receivers",
        options.outbound_hard_limit, options.max_payload));
  }
}

// The original's rule and words.
void check_keys(const Options& options, Errors& errors) {
  if (options.auth_private_key.empty() && !options.auth_public_key.empty()) {
    errors.emplace_back(
        "The authPrivateKey option must be specified if authPublicKey is specified");
  }
  if (options.auth_public_key.empty() && !options.auth_private_key.empty()) {
    errors.emplace_back(
        "The authPublicKey option must be specified if authPrivateKey is specified");
  }
}

bool is_octal_mode(const std::string& text) {
  return !text.empty() && text.size() <= 4 &&
         text.find_first_not_of("01234567") == std::string::npos &&
         std::stoul(text, nullptr, 8) <= 0777;
}

void check_socket(const Options& options, Errors& errors) {
  if (!is_octal_mode(options.unix_socket_mode)) {
    errors.push_back(fmt::format("unixSocketMode is \"{}\", but must be an octal number up to 777",
                                 base::printable(options.unix_socket_mode, 60)));
  }
  const auto path = base::socket_path(options.host);
  if (path && (path->empty() || path->size() > base::kLongestSocketPath)) {
    errors.push_back(fmt::format("host is the path of a UNIX socket, which has 1 to {} bytes",
                                 base::kLongestSocketPath));
  }
}

void check_proxies(const Options& options, Errors& errors) {
  const auto trusted = base::AddressList::parse(options.trusted_proxies);
  if (!trusted) errors.push_back("trustedProxies: " + trusted.error().text);
  if (options.proxy_protocol && options.trusted_proxies.empty()) {
    errors.emplace_back(
        "proxyProtocol needs trustedProxies: the addresses of the proxies that speak it");
  }
}

void check_texts(const Options& options, Errors& errors) {
  if (options.path.find_first_of("?# \t\r\n") != std::string::npos) {
    errors.push_back(fmt::format(
        "path is \"{}\", but must be a path without spaces, '?' and '#', such as /socketcluster/",
        base::printable(options.path, 60)));
  }
  if (options.origins.empty()) {
    errors.emplace_back(
        "origins is empty, but must name what is allowed, such as \"example.com:443\", or \"*:*\" "
        "for all");
  }
}

}  // namespace

std::vector<std::string> validate(const Options& options) {
  Errors errors;
  for (const config::OptionSpec& spec : config::option_table())
    config::check_range(spec, options, errors);
  if (!errors.empty()) return errors;
  check_processes(options, errors);
  check_times(options, errors);
  check_outbound_limits(options, errors);
  check_keys(options, errors);
  check_socket(options, errors);
  check_proxies(options, errors);
  check_texts(options, errors);
  config::check_tls(options, errors);
  return errors;
}

std::string normalize_path(std::string_view path) {
  std::string normal;
  if (!path.starts_with('/')) normal += '/';
  normal += path;
  if (!normal.ends_with('/')) normal += '/';
  return normal;
}

}  // namespace socketcluster
