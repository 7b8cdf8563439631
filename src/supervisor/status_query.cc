// SPDX-License-Identifier: MIT
#include "supervisor/status_query.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <optional>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <boost/json/parse.hpp>

#include "base/descriptor.h"
#include "base/printable.h"
#include "supervisor/socket_directory.h"

namespace socketcluster::supervisor {
namespace {

using base::Failure;
using base::Result;
using Clock = std::chrono::steady_clock;

// A thousand workers make less than a MiB.
constexpr std::size_t kMaxReportBytes = std::size_t{16} * 1024 * 1024;

Failure failed(const std::string& path, int error) {
  return Failure{
      fmt::format("{}: {}", base::printable(path), std::generic_category().message(error))};
}

// Nothing when nobody listens there (any more).
Result<std::optional<std::string>> read_report(const std::string& path,
                                               Clock::time_point deadline) {
  const std::optional<std::string> nobody;
  sockaddr_un address{};
  if (path.size() >= sizeof(address.sun_path)) return nobody;
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.data(), path.size());
  const base::Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
    const int error = errno;
    if (error == ENOENT || error == ECONNREFUSED || error == ENOTDIR) return nobody;
    return failed(path, error);
  }
  std::string text;
  std::array<char, 65536> buffer;
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
    pollfd ready{.fd = socket.get(), .events = POLLIN, .revents = 0};
    const int wait = left.count() <= 0 ? 0 : ::poll(&ready, 1, static_cast<int>(left.count()));
    if (wait < 0 && errno == EINTR) continue;
    if (wait <= 0) return Failure{fmt::format("{}: does not answer", base::printable(path))};
    const ssize_t size = ::read(socket.get(), buffer.data(), buffer.size());
    if (size < 0) return failed(path, errno);
    if (size == 0) return std::optional<std::string>(std::move(text));
    text.append(buffer.data(), static_cast<std::size_t>(size));
    if (text.size() > kMaxReportBytes) return failed(path, EMSGSIZE);
  }
}

}  // namespace

StatusAnswers ask_for_status(const StatusQuery& query) {
  StatusAnswers answers;
  const Clock::time_point deadline = Clock::now() + query.patience;
  for (const std::string& directory :
       find_socket_directories(query.socket_root, query.temporary_directory)) {
    const std::string path = fmt::format("{}/{}", directory, kMasterSocket);
    const auto text = read_report(path, deadline);
    if (!text) {
      answers.problems.push_back(text.error().text);
      continue;
    }
    if (!text->has_value()) continue;
    boost::json::error_code error;
    Json report = boost::json::parse(**text, error);
    if (error || !report.is_object()) {
      answers.problems.push_back(
          fmt::format("{}: gave an answer that cannot be read", base::printable(path)));
      continue;
    }
    const Json* const name = report.get_object().if_contains("appName");
    if (!query.app_name.empty() && (name == nullptr || *name != Json(query.app_name))) continue;
    answers.reports.push_back(std::move(report.get_object()));
  }
  return answers;
}

}  // namespace socketcluster::supervisor
