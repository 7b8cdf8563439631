// SPDX-License-Identifier: MIT
#include "exchange/subscriptions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>
#include <vector>

#include "exchange/pending_publishes.h"
#include "exchange/pending_requests.h"

namespace socketcluster::exchange {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

struct Notes {
  broker::ExchangeEngine::Done note(std::string what) {
    return [this, what](const broker::ExchangeError* error) {
      all.push_back(error == nullptr ? what : what + " failed");
    };
  }
  std::vector<std::string> all;
};

TEST(Subscriptions, AChannelIsConfirmedUnlessItIsListed) {
  Subscriptions list;
  EXPECT_FALSE(list.is_confirmed("a"));
  list.all_sent(0);
  EXPECT_EQ(list.first_number(), 0u);
  list.confirm_first();
  EXPECT_TRUE(list.is_confirmed("a"));
  list.sent("a", 1);
  EXPECT_FALSE(list.is_confirmed("a"));
  EXPECT_EQ(list.first_number(), 1u);
  list.confirm_first();
  EXPECT_TRUE(list.is_confirmed("a"));
  EXPECT_TRUE(list.is_empty());
  EXPECT_EQ(list.first_number(), UINT64_MAX);
}

TEST(Subscriptions, AllWhoWaitForAChannelFailTogether) {
  Notes notes;
  Subscriptions list;
  list.all_sent(0);
  list.confirm_first();
  list.sent("a", 1);
  list.wait("a", 10, notes.note("first"));
  list.wait("a", 20, notes.note("second"));
  list.sent("b", 2);
  list.wait("b", 20, notes.note("b"));
  list.expire(9);
  EXPECT_THAT(notes.all, IsEmpty());
  list.expire(10);
  EXPECT_THAT(notes.all, ElementsAre("first failed", "second failed"));
  EXPECT_FALSE(list.is_confirmed("a"));
  list.confirm_first();
  EXPECT_TRUE(list.is_confirmed("a"));
  list.confirm_first();
  EXPECT_EQ(notes.all.back(), "b");
}

TEST(Subscriptions, AWaiterMaySubscribeAgain) {
  Notes notes;
  Subscriptions list;
  list.all_sent(0);
  list.confirm_first();
  list.sent("a", 1);
  list.wait("a", 10, [&](const broker::ExchangeError*) {
    list.remove("a");
    list.sent("a", 2);
    list.wait("a", 10, notes.note("again"));
  });
  list.confirm_first();
  EXPECT_FALSE(list.is_confirmed("a"));
  list.confirm_first();
  EXPECT_THAT(notes.all, ElementsAre("again"));
}

// Whatever happens, everybody who waits is told once, and nobody before the number is confirmed.
TEST(Subscriptions, AgreesWithAListOfNumbers) {
  std::mt19937 random(5);
  for (int round = 0; round < 50; ++round) {
    Subscriptions list;
    std::map<std::string, std::uint64_t> unconfirmed;
    std::uint64_t sent = 0, confirmed = 0, waiting = 0, told = 0;
    list.all_sent(0);
    list.confirm_first();
    for (int step = 0; step < 400; ++step) {
      const std::string channel = "c" + std::to_string(random() % 8);
      const auto found = unconfirmed.find(channel);
      switch (random() % 4) {
        case 0:
          told += list.remove(channel).size();
          list.sent(channel, ++sent);
          unconfirmed[channel] = sent;
          break;
        case 1:
          if (found == unconfirmed.end()) break;
          ++waiting;
          list.wait(channel, 10, [&told, &confirmed, number = found->second](auto*) {
            ++told;
            EXPECT_LE(number, confirmed);
          });
          break;
        case 2:
          if (list.first_number() == UINT64_MAX) break;
          confirmed = list.first_number();
          list.confirm_first();
          std::erase_if(unconfirmed, [&](const auto& entry) { return entry.second <= confirmed; });
          break;
        default:
          EXPECT_EQ(list.is_confirmed(channel), found == unconfirmed.end());
      }
    }
    confirmed = sent;
    while (list.first_number() != UINT64_MAX) list.confirm_first();
    EXPECT_EQ(told, waiting);
    EXPECT_TRUE(list.is_empty());
  }
}

TEST(PendingPublishes, ConfirmsInOrderAndExpiresWhatIsLate) {
  Notes notes;
  PendingPublishes list;
  for (std::uint64_t i = 1; i <= 6; ++i) list.add(i * 2, i * 10, notes.note(std::to_string(i)));
  EXPECT_EQ(list.first_number(), 2u);
  list.confirm_first();
  EXPECT_EQ(list.expire(30), 0u);
  EXPECT_THAT(notes.all, ElementsAre("1", "2 failed", "3 failed"));
  EXPECT_EQ(list.first_number(), 4u);
  for (int i = 0; i < 3; ++i) list.confirm_first();
  EXPECT_EQ(notes.all.back(), "4");
  list.add(14, 70, nullptr);
  list.add(15, 70, nullptr);
  EXPECT_EQ(list.expire(60), 0u);
  EXPECT_THAT(notes.all, ElementsAre("1", "2 failed", "3 failed", "4", "5 failed", "6 failed"));
  EXPECT_EQ(list.fail_all({}), 2u);
  EXPECT_TRUE(list.is_empty());
  list.add(1, 5, notes.note("new"));
  EXPECT_EQ(list.first_number(), 1u);
  list.confirm_first();
  EXPECT_EQ(notes.all.back(), "new");
  EXPECT_EQ(notes.all.size(), 7u);
}

TEST(PendingRequests, RefusesWhatIsNoResponse) {
  PendingRequests list;
  for (const char* text : {"", "5", "[]", "{", R"({"value":})", R"({"value":1}x)"}) {
    EXPECT_FALSE(list.answer(1, text)) << text;
  }
  EXPECT_TRUE(list.answer(1, R"({"value":1})"));
}

}  // namespace
}  // namespace socketcluster::exchange
