// SPDX-License-Identifier: MIT
// Clients that take less than is sent to them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "unit/server/worker_test.h"

namespace socketcluster::server {
namespace {

using test::publish;
using test::published;
using test::rid;
using test::subscribe;
using test::TestClient;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class SlowConsumer : public test::WorkerTest {
 protected:
  SlowConsumer() {
    options_.outbound_soft_limit = std::size_t{128} * 1024;
    options_.outbound_hard_limit = std::size_t{1024} * 1024;
    options_.max_payload = std::size_t{512} * 1024;
  }

  const std::string kData = std::string(40'000, 'x');
  const std::string kMessage = published("a", '"' + kData + '"');

  // Publishes to `slow`, which does not read, until the server does not read its messages either.
  // Returns how often.
  int fill(TestClient& slow, TestClient& watcher) {
    slow.ask(subscribe("a", 2));
    watcher.ask(subscribe("b", 2));
    int sent = 0;
    for (bool is_read = true; is_read && sent < 2000; ++sent) {
      exchange().publish("a", Json(kData));
      turn(1);
      slow.text(publish("b", "1", 100 + sent));
      turn();
      watcher.frame(websocket::Opcode::kPing, "and?");
      is_read = watcher.next() != "pong:and?";
      if (is_read) {
        EXPECT_EQ(watcher.next(), "pong:and?");
      }
    }
    EXPECT_LT(sent, 2000);
    EXPECT_EQ(server().clients_count(), 2U);
    return sent;
  }
};

TEST_F(SlowConsumer, IsClosedWithAReasonWhileOthersGoOn) {
  watch_ends();
  const auto slow = ready(nullptr, {.receive_buffer = 4096});
  slow->ask(subscribe("a", 2));
  const auto fast = ready();
  fast->ask(subscribe("a", 2));
  const std::string data(60'000, 'x');
  const std::string message = published("a", '"' + data + '"');
  const std::size_t before = server().clients_count();
  int sent = 0;
  for (; server().clients_count() == before && sent < 2000; ++sent) {
    exchange().publish("a", Json(data));
    ASSERT_EQ(fast->next(), message);
  }
  EXPECT_THAT(notes_, ElementsAre("1013:Client reads too slowly: outbound limit exceeded"));
  // What had begun to be sent arrives complete, then the reason.
  int received = 0;
  std::string item = slow->next();
  for (; item == message; ++received) item = slow->next();
  EXPECT_EQ(item, "close:1013:Client reads too slowly: outbound limit exceeded");
  EXPECT_EQ(slow->next(), "end");
  EXPECT_LT(received, sent);
  exchange().publish("a", 1);
  EXPECT_EQ(fast->next(), published("a", "1"));
}

TEST_F(SlowConsumer, OwnMessagesWaitWhileItsOutputDoes) {
  const auto slow = ready(nullptr, {.receive_buffer = 4096});
  const auto watcher = ready();
  const int sent = fill(*slow, *watcher);
  int received = 0;
  for (std::string item; item != rid(100 + sent - 1);) {
    item = slow->next();
    ASSERT_NE(item, "nothing");
    if (item == kMessage) ++received;
  }
  EXPECT_EQ(received, sent);
  EXPECT_EQ(watcher->next(), published("b", "1"));
}

TEST_F(SlowConsumer, CloseIsDeliveredBehindTheBacklog) {
  const auto slow = ready(nullptr, {.receive_buffer = 4096});
  const auto watcher = ready();
  const int sent = fill(*slow, *watcher);
  server().for_each_client([](Socket& socket) { socket.disconnect(4100, "why"); });
  int received = 0;
  std::string item = slow->next();
  for (; item == kMessage || item.starts_with("{\"rid\":"); item = slow->next()) {
    if (item == kMessage) ++received;
  }
  EXPECT_EQ(received, sent);
  EXPECT_THAT(item, HasSubstr("#disconnect"));
  EXPECT_EQ(slow->next(), "close:4100:why");
  slow->close_frame(4100);
  EXPECT_EQ(slow->next(), "end");
}

TEST_F(SlowConsumer, TerminateDropsTheBacklog) {
  const auto slow = ready(nullptr, {.receive_buffer = 4096});
  const auto watcher = ready();
  fill(*slow, *watcher);
  server().for_each_client([](Socket& socket) { socket.terminate(); });
  EXPECT_TRUE(all_gone());
}

}  // namespace
}  // namespace socketcluster::server
