// SPDX-License-Identifier: MIT
#include "broker_node/worker_session.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "unit/broker_node/broker_under_test.h"

namespace socketcluster::broker_node {
namespace {

TEST(WorkerSession, WelcomesWhoKnowsTheSecretKey) {
  BrokerUnderTest broker;
  TestWorker worker(broker);
  broker::append_hello(worker.output, 3, "secret");
  worker.send();
  EXPECT_EQ(worker.read(), Lines{"welcome 1"});
  EXPECT_EQ(broker.core->figures().workers, 0U);
  broker::append_ready(worker.output);
  worker.send();
  EXPECT_EQ(broker.core->figures().workers, 1U);
  EXPECT_FALSE(worker.is_ended());
}

TEST(WorkerSession, RefusesEveryOtherSecretKey) {
  for (const std::string key : {"", "s", "secre", "secret!", "Secret", "secrez"}) {
    BrokerUnderTest broker;
    TestWorker worker(broker);
    broker::append_hello(worker.output, 3, key);
    broker::append_subscribe(worker.output, "news");
    worker.send();
    EXPECT_EQ(worker.read(), Lines{"refused Invalid password was supplied to the broker"}) << key;
    EXPECT_TRUE(worker.is_ended());
    EXPECT_TRUE(broker.log.has("Invalid password"));
    EXPECT_EQ(broker.core->figures().channels, 0U);
  }
}

TEST(WorkerSession, RefusesCommandsBeforeTheHello) {
  BrokerUnderTest broker;
  TestWorker worker(broker);
  worker.subscribe("news");
  EXPECT_EQ(worker.read(), Lines{"refused Cannot process command before init handshake"});
  EXPECT_EQ(broker.core->figures().channels, 0U);
}

TEST(WorkerSession, RefusesAnotherVersionOfTheFrames) {
  BrokerUnderTest broker;
  TestWorker worker(broker);
  broker::append_hello(worker.output, 3, "secret");
  worker.output[broker::kFrameHeadBytes] = 2;
  worker.send();
  EXPECT_EQ(worker.read(), Lines{"refused version 2 of the frames is not spoken here"});
}

TEST(WorkerSession, RefusesTwoHellosAndTwoReadies) {
  BrokerUnderTest broker;
  TestWorker first(broker, 1);
  broker::append_hello(first.output, 1, "secret");
  first.send();
  EXPECT_EQ(first.read(), Lines{"refused a second hello"});
  TestWorker second(broker, 2);
  broker::append_ready(second.output);
  second.send();
  EXPECT_EQ(second.read(), Lines{"refused a second ready"});
}

TEST(WorkerSession, TakesPublishesOnlyAfterReady) {
  BrokerUnderTest broker;
  TestWorker worker(broker);
  broker::append_hello(worker.output, 3, "secret");
  broker::append_publish(worker.output, "news", "1");
  worker.send();
  EXPECT_EQ(worker.read(), (Lines{"welcome 1", "refused a publish or request before ready"}));
}

TEST(WorkerSession, DropsAConnectionThatDoesNotSayWhoItIs) {
  BrokerSettings settings;
  settings.session.hello_timeout = std::chrono::milliseconds(20);
  BrokerUnderTest broker(settings);
  TestWorker silent(broker);
  TestWorker good(broker, 1);
  broker.run_until([&] { return broker.log.has("did not say in time who it is"); });
  broker.turn(2);
  EXPECT_EQ(silent.read(), Lines{"refused it did not say in time who it is"});
  EXPECT_TRUE(silent.is_ended());
  EXPECT_EQ(broker.core->figures().workers, 1U);
}

TEST(WorkerSession, RefusesALongHelloBeforeItHasCome) {
  BrokerUnderTest broker;
  TestWorker worker(broker);
  broker::append_hello(worker.output, 3, std::string(5000, 'x'));
  worker.output.resize(broker::kFrameHeadBytes);
  worker.send();
  EXPECT_EQ(worker.read(), Lines{"refused a frame of 5007 bytes is longer than 4096"});
}

TEST(WorkerSession, RefusesFramesThatAreTooLongOrMalformed) {
  const auto answer_to = [](std::string_view bytes) {
    BrokerUnderTest broker;
    TestWorker worker(broker, 1);
    worker.output = bytes;
    worker.send();
    const Lines lines = worker.read();
    EXPECT_TRUE(worker.is_ended());
    return lines.empty() ? std::string() : lines[0];
  };
  using namespace std::string_view_literals;
  EXPECT_EQ(answer_to("\x01\0\x01\x04\x04"sv),
            "refused a frame of 67174401 bytes is longer than 67174400");
  EXPECT_EQ(answer_to("\x05\0\0\0\x04\x02\0\0\0"sv),
            "refused a frame of kind 4 with a malformed body");
  EXPECT_EQ(answer_to("\x01\0\0\0\x09"sv), "refused a frame of the unknown kind 9");
  EXPECT_EQ(answer_to("\x01\0\0\0\x43"sv), "refused a frame of the unknown kind 67");
}

TEST(WorkerSession, AFrameThatIsCutShortLeavesNothing) {
  BrokerUnderTest broker;
  auto worker = std::make_unique<TestWorker>(broker, 1);
  worker->subscribe("news");
  EXPECT_EQ(worker->read(), Lines{"processed 1"});
  broker::append_publish(worker->output, "news", std::string(100'000, '1'));
  worker->output.resize(70'000);
  worker->send();
  worker.reset();
  broker.turn(3);
  EXPECT_EQ(broker.core->figures().channels, 0U);
  EXPECT_EQ(broker.core->figures().published, 0U);
  EXPECT_EQ(broker.core->loop().connection_count(), 0U);
}

TEST(WorkerSession, RefusesConnectionsAboveTheLimit) {
  BrokerSettings settings;
  settings.max_sessions = 2;
  BrokerUnderTest broker(settings);
  TestWorker first(broker, 1);
  auto second = std::make_unique<TestWorker>(broker, 2);
  TestWorker third(broker);
  broker.turn(3);
  third.read();
  EXPECT_TRUE(third.is_ended());
  second.reset();
  broker.turn(3);
  TestWorker fourth(broker, 4);
  EXPECT_EQ(broker.core->figures().workers, 2U);
}

TEST(WorkerSession, TenThousandChannelsLeaveNothing) {
  BrokerUnderTest broker;
  constexpr int kChannels = 10'000;
  TestWorker first(broker, 1);
  auto second = std::make_unique<TestWorker>(broker, 2);
  for (TestWorker* worker : {&first, second.get()}) {
    for (int i = 0; i < kChannels; ++i) {
      broker::append_subscribe(worker->output, "channel/" + std::to_string(i));
    }
    worker->send();
    EXPECT_EQ(worker->read().back(), "processed " + std::to_string(kChannels));
  }
  EXPECT_EQ(broker.core->figures().channels, static_cast<std::size_t>(kChannels));
  for (int i = 0; i < kChannels; ++i) {
    broker::append_unsubscribe(first.output, "channel/" + std::to_string(i));
  }
  first.send();
  EXPECT_EQ(first.read().back(), "processed " + std::to_string(2 * kChannels));
  EXPECT_EQ(broker.core->figures().channels, static_cast<std::size_t>(kChannels));
  second.reset();
  broker.turn(3);
  EXPECT_EQ(broker.core->figures().channels, 0U);
  EXPECT_EQ(broker.core->loop().connection_count(), 1U);
}

TEST(BrokerCore, NeedsASecretKey) {
  test::RecordingLog log;
  RecordingMaster master;
  BrokerSettings settings;
  settings.listen_fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
  BrokerCore core(Options(), settings, log, master);
  EXPECT_FALSE(core.start());
}

}  // namespace
}  // namespace socketcluster::broker_node
