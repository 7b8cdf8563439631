// SPDX-License-Identifier: MIT
#include "broker_node/status_meter.h"

#include <gtest/gtest.h>

#include "unit/broker_node/broker_under_test.h"

namespace socketcluster::broker_node {
namespace {

Options with_interval(std::chrono::milliseconds interval) {
  Options options;
  options.worker_status_interval = interval;
  return options;
}

double rate(BrokerUnderTest& broker, std::string_view name) {
  return broker.core->status().report().at(name).to_number<double>();
}

TEST(BrokerStatusMeter, CountsWhatPasses) {
  BrokerUnderTest broker({}, with_interval(std::chrono::hours(1)));
  TestWorker first(broker, 1);
  TestWorker second(broker, 2);
  first.subscribe("a");
  second.subscribe("a");
  second.subscribe("b");
  EXPECT_EQ(broker.core->figures().subscriptions, 3U);
  first.publish("a", "1");
  first.publish("c", "2");
  EXPECT_EQ(broker.core->figures().published, 2U);
  EXPECT_EQ(broker.core->figures().delivered, 2U);
  // In the same time as many were delivered as came in.
  broker.run_until([&] { return rate(broker, "messagesIn") > 0; });
  const JsonObject report = broker.core->status().report();
  EXPECT_EQ(report.at("messagesIn"), report.at("messagesOut"));
  EXPECT_EQ(report.at("channels"), 2U);
  EXPECT_EQ(report.at("subscriptions"), 3U);
}

TEST(BrokerStatusMeter, ForgetsWhatIsLongerAgoThanItsInterval) {
  BrokerUnderTest broker({}, with_interval(std::chrono::milliseconds(1)));
  TestWorker worker(broker, 1);
  worker.publish("a", "1");
  EXPECT_EQ(broker.core->figures().published, 1U);
  broker.run_until([&] { return rate(broker, "messagesIn") == 0; });
  EXPECT_EQ(broker.core->figures().published, 1U);
}

}  // namespace
}  // namespace socketcluster::broker_node
