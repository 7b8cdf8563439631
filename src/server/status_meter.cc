// SPDX-License-Identifier: MIT
#include "server/status_meter.h"

#include "net/event_loop.h"
#include "server/socket_server.h"

namespace socketcluster::server {
namespace {

constexpr double kSecondsPerMinute = 60;

// As the original counts: a connection is a request, and so is each message.
std::uint64_t ws_requests(const Traffic& traffic) {
  return traffic.connections + traffic.messages_in;
}

}  // namespace

StatusMeter::StatusMeter(SocketServer& sockets)
    : sockets_(sockets),
      http_requests_(now()),
      ws_requests_(now()),
      messages_in_(now()),
      messages_out_(now()) {
  arm();
}

std::uint64_t StatusMeter::now() const {
  return sockets_.loop().now_ms();
}

void StatusMeter::arm() {
  const auto interval = sockets_.options().worker_status_interval.count();
  sockets_.loop().timers().arm(*this, now() + static_cast<std::uint64_t>(interval));
}

void StatusMeter::on_timer() {
  const Traffic& traffic = sockets_.traffic();
  http_requests_.end_interval(traffic.http_requests, now());
  ws_requests_.end_interval(ws_requests(traffic), now());
  messages_in_.end_interval(traffic.messages_in, now());
  messages_out_.end_interval(traffic.messages_out, now());
  arm();
}

WorkerStatus StatusMeter::status() const {
  const Traffic& traffic = sockets_.traffic();
  return {.client_count = sockets_.clients_count(),
          .http_rpm = kSecondsPerMinute * http_requests_.per_second(traffic.http_requests, now()),
          .ws_rpm = kSecondsPerMinute * ws_requests_.per_second(ws_requests(traffic), now())};
}

JsonObject StatusMeter::report() const {
  const Traffic& traffic = sockets_.traffic();
  const WorkerStatus original = status();
  return {{"clients", original.client_count},
          {"pendingClients", sockets_.pending_count()},
          {"channels", sockets_.channels().channel_count()},
          {"subscriptions", sockets_.channels().subscription_count()},
          {"messagesIn", messages_in_.per_second(traffic.messages_in, now())},
          {"messagesOut", messages_out_.per_second(traffic.messages_out, now())},
          {"httpRPM", original.http_rpm},
          {"wsRPM", original.ws_rpm}};
}

}  // namespace socketcluster::server
