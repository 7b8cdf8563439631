// SPDX-License-Identifier: MIT
#include "protocol/close_code.h"

#include <array>

namespace socketcluster::protocol {
namespace {

struct Text {
  int code;
  std::string_view text;
};

constexpr std::array kTexts = {
    Text{1000, "Socket closed normally"},
    Text{1001, "Socket was disconnected"},
    Text{1002, "A WebSocket protocol error was encountered"},
    Text{1003, "Server terminated socket because it received invalid data"},
    Text{1005, "Socket closed without status code"},
    Text{1006, "Socket hung up"},
    Text{1007, "Message format was incorrect"},
    Text{1008, "Encountered a policy violation"},
    Text{1009, "Message was too big to process"},
    Text{1010,
         "Client ended the connection because the server did not comply with extension "
         "requirements"},
    Text{1011, "Server encountered an unexpected fatal condition"},
    Text{4000, "Server ping timed out"},
    Text{4001, "Client pong timed out"},
    Text{4002, "Server failed to sign auth token"},
    Text{4003, "Failed to complete handshake"},
    Text{4004, "Client failed to save auth token"},
    Text{4005, "Did not receive #handshake from client before timeout"},
    Text{4006, "Failed to bind socket to message broker"},
    Text{4007, "Client connection establishment timed out"},
    Text{4008, "Server rejected handshake from client"},
    Text{4009, "Server received a message before the client handshake"},
};

}  // namespace

std::string_view close_text(int code) {
  for (const Text& entry : kTexts) {
    if (entry.code == code) return entry.text;
  }
  return {};
}

std::string socket_protocol_error_text(int code, std::string_view reason) {
  const std::string_view known = close_text(code);
  if (!known.empty() && code != 1000) return std::string(known);
  std::string text = "Socket connection closed with status code " + std::to_string(code);
  if (!reason.empty()) text.append(" and reason: ").append(reason);
  return text;
}

std::string_view close_reason_or_text(int code, std::string_view reason) {
  return reason.empty() ? close_text(code) : reason;
}

}  // namespace socketcluster::protocol
