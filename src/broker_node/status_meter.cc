// SPDX-License-Identifier: MIT
#include "broker_node/status_meter.h"

#include "broker_node/broker_core.h"

namespace socketcluster::broker_node {

StatusMeter::StatusMeter(BrokerCore& broker, std::chrono::milliseconds interval)
    : broker_(broker),
      interval_ms_(static_cast<std::uint64_t>(interval.count())),
      messages_in_(now()),
      messages_out_(now()) {
  arm();
}

std::uint64_t StatusMeter::now() const {
  return broker_.loop().now_ms();
}

void StatusMeter::arm() {
  broker_.loop().timers().arm(*this, now() + interval_ms_);
}

void StatusMeter::on_timer() {
  const BrokerFigures figures = broker_.figures();
  messages_in_.end_interval(figures.published, now());
  messages_out_.end_interval(figures.delivered, now());
  arm();
}

JsonObject StatusMeter::report() const {
  const BrokerFigures figures = broker_.figures();
  return {{"workers", figures.workers},
          {"channels", figures.channels},
          {"subscriptions", figures.subscriptions},
          {"messagesIn", messages_in_.per_second(figures.published, now())},
          {"messagesOut", messages_out_.per_second(figures.delivered, now())},
          {"dataBytes", figures.data_bytes}};
}

}  // namespace socketcluster::broker_node
