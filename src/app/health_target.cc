// SPDX-License-Identifier: MIT
#include "app/health_target.h"

#include <algorithm>
#include <utility>

#include "base/printable.h"
#include "base/socket_path.h"
#include "http/router.h"

namespace socketcluster::app {
namespace {

using base::Failure;
using base::Result;

constexpr std::size_t kShownBytes = 200;
constexpr std::string_view kHttp = "http://";
constexpr std::string_view kHttps = "https://";

}  // namespace

std::string HealthTarget::authority() const {
  if (socket) return "localhost";
  return (host.find(':') == std::string::npos ? host : "[" + host + "]") + ":" + port;
}

std::string HealthTarget::name() const {
  if (socket) return "unix:" + *socket + ":" + path;
  return std::string(is_encrypted ? kHttps : kHttp) + authority() + path;
}

// No control characters and no user information can be meant.
Result<HealthTarget> health_target(std::string_view url) {
  const Failure wrong{"'" + base::printable(url, kShownBytes) +
                      "' is not a URL such as http://localhost:8000"};
  const bool is_encrypted = url.starts_with(kHttps);
  if (!is_encrypted && !url.starts_with(kHttp)) return wrong;
  for (const char c : url) {
    if (c <= ' ' || c == '@' || c == 0x7f) return wrong;
  }
  std::string_view rest = url.substr(is_encrypted ? kHttps.size() : kHttp.size());
  HealthTarget target{.port = is_encrypted ? "443" : "80",
                      .is_encrypted = is_encrypted,
                      .is_verified = is_encrypted};
  const std::size_t slash = std::min(rest.find('/'), rest.size());
  target.path = rest.substr(slash).substr(0, rest.substr(slash).find('#'));
  if (target.path.size() < 2) target.path = http::kHealthCheckPath;
  rest = rest.substr(0, slash);
  const std::size_t bracket = rest.starts_with('[') ? rest.find(']') : 0;
  if (bracket == std::string_view::npos) return wrong;
  const std::size_t colon = std::min(rest.find(':', bracket), rest.size());
  target.host = bracket == 0 ? rest.substr(0, colon) : rest.substr(1, bracket - 1);
  if (colon < rest.size()) target.port = rest.substr(colon + 1);
  if (target.host.empty() || target.port.empty()) return wrong;
  return target;
}

Result<HealthTarget> health_target(const Options& options) {
  HealthTarget target{.path = std::string(http::kHealthCheckPath),
                      .is_encrypted = options.protocol == ServerProtocol::kHttps};
  if (auto socket = base::socket_path(options.host)) {
    if (socket->empty() || socket->size() > base::kLongestSocketPath) {
      return Failure{"host names no socket: " + base::printable(options.host, kShownBytes)};
    }
    target.socket = std::move(socket);
    return target;
  }
  if (options.port == 0) {
    return Failure{"port is 0, so that only the server knows it: name it with --port or --url"};
  }
  target.host = options.host;
  target.port = std::to_string(options.port);
  if (target.host.empty() || target.host == "0.0.0.0") target.host = "127.0.0.1";
  if (target.host == "::") target.host = "::1";
  return target;
}

}  // namespace socketcluster::app
