// SPDX-License-Identifier: MIT
#include "app/check_health.h"

#include <array>
#include <chrono>
#include <ostream>
#include <string>
#include <string_view>

#include "app/blocking_socket.h"
#include "app/blocking_tls.h"
#include "app/health_target.h"
#include "base/printable.h"

namespace socketcluster::app {
namespace {

using base::Failure;
using base::Result;

// The status line is all that is wanted.
constexpr std::size_t kMaxLineBytes = 1024;
constexpr std::size_t kShownBytes = 200;

Result<std::string> read_line(auto& stream) {
  std::string text;
  std::array<char, kMaxLineBytes> buffer;
  while (text.size() < kMaxLineBytes) {
    const Result<std::size_t> size = stream.receive(buffer);
    if (!size) return size.error();
    if (*size == 0) return Failure{"the connection was closed before an answer came"};
    text.append(buffer.data(), *size);
    const std::size_t end = text.find("\r\n");
    if (end != std::string::npos) return text.substr(0, end);
  }
  return Failure{"this is no HTTP server"};
}

// The status, as in "200 OK".
Result<std::string> ask(auto& stream, const HealthTarget& target) {
  const std::string request = "GET " + target.path + " HTTP/1.1\r\nHost: " + target.authority() +
                              "\r\nUser-Agent: socketcluster-health\r\nConnection: close\r\n\r\n";
  if (const base::Status sent = stream.send(request); !sent) return sent.error();
  const Result<std::string> line = read_line(stream);
  if (!line) return line.error();
  constexpr std::string_view kVersion = "HTTP/1.";
  constexpr std::size_t kStatusAt = 9;  // "HTTP/1.1 200 OK"
  if (!line->starts_with(kVersion) || line->size() < kStatusAt + 3) {
    return Failure{"this is no HTTP server"};
  }
  return base::printable(line->substr(kStatusAt), kShownBytes);
}

Result<std::string> ask(const HealthTarget& target, const config::HealthQuestion& question) {
  const auto deadline = BlockingSocket::Clock::now() + question.timeout;
  const auto socket = BlockingSocket::connect(target, deadline);
  if (!socket) return socket.error();
  if (!target.is_encrypted) return ask(*socket, target);
  auto encrypted =
      BlockingTls::connect(*socket, {.host = target.host,
                                     .is_verified = target.is_verified && !question.is_insecure,
                                     .ca = question.ca,
                                     .cert = question.cert,
                                     .key = question.key.empty() ? question.cert : question.key});
  if (!encrypted) return encrypted.error();
  return ask(*encrypted, target);
}

}  // namespace

int check_health(const Options& options, const config::HealthQuestion& question,
                 config::Streams streams) {
  const Result<HealthTarget> target =
      question.url.empty() ? health_target(options) : health_target(question.url);
  if (!target) {
    streams.err << "health: " << target.error().text << '\n' << std::flush;
    return config::kExitUsage;
  }
  const auto status = ask(*target, question);
  const std::string where = base::printable(target->name(), kShownBytes) + ": ";
  if (status && status->starts_with("200")) {
    streams.out << where << *status << '\n' << std::flush;
    return config::kExitOk;
  }
  streams.err << where << (status ? *status : status.error().text) << '\n' << std::flush;
  return config::kExitFailure;
}

}  // namespace socketcluster::app
