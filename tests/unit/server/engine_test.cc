// SPDX-License-Identifier: MIT
// A worker with an exchange engine: what it asks of the engine, and when clients and the
// application get their answers. The engine is the test's own: it does what the test says, when
// the test says it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <memory>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/json_values.h"
#include "unit/server/worker_test.h"

namespace socketcluster::server {
namespace {

using broker::ExchangeEngine;
using broker::ExchangeError;
using test::concat;
using test::publish;
using test::published;
using test::refusal;
using test::rid;
using test::subscribe;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

const ExchangeError kLost{protocol::ErrorName::kBroker, "the broker is gone"};

class DrivenEngine final : public ExchangeEngine {
 public:
  struct Publish {
    std::string what;
    Done done;
  };

  void start(broker::ExchangeSink& to) override { sink = &to; }
  void subscribe(std::string_view channel) override { calls.push_back(concat({"+", channel})); }
  void unsubscribe(std::string_view channel) override { calls.push_back(concat({"-", channel})); }
  bool is_subscribed(std::string_view channel) const override {
    return confirmed.contains(std::string(channel));
  }
  void when_subscribed(std::string_view channel, Done done) override {
    EXPECT_FALSE(is_subscribed(channel));
    waiting.emplace_back(std::string(channel), std::move(done));
  }
  void publish(std::string_view channel, std::string_view data_json, Done done) override {
    publishes.push_back({concat({channel, "=", data_json}), std::move(done)});
  }
  void request(std::size_t, std::string_view, std::string_view, Answer) override {}
  std::size_t broker_count() const override { return 1; }
  std::size_t open_connections() const override { return 0; }

  void confirm(std::string_view channel) {
    confirmed.insert(std::string(channel));
    settle(channel, nullptr);
  }
  void settle(std::string_view channel, const ExchangeError* error) {
    for (auto& [name, done] : waiting) {
      if (name == channel && done) std::exchange(done, nullptr)(error);
    }
  }
  // Takes the oldest publish.
  std::string finish_publish(const ExchangeError* error = nullptr) {
    if (publishes.empty()) return "none";
    Publish first = std::move(publishes.front());
    publishes.pop_front();
    if (!first.done) return first.what + " (nobody waits)";
    first.done(error);
    return first.what;
  }

  broker::ExchangeSink* sink = nullptr;
  std::vector<std::string> calls;
  std::set<std::string> confirmed;
  std::deque<std::pair<std::string, Done>> waiting;
  std::deque<Publish> publishes;
};

class Engine : public test::WorkerTest {
 protected:
  Engine() {
    auto engine = std::make_unique<DrivenEngine>();
    engine_ = engine.get();
    worker().set_exchange_engine(std::move(engine));
  }
  ~Engine() override { destroy_worker(); }
  // What a client sends is handled once it has been answered to a ping behind it.
  static void send(test::TestClient& client, std::string_view packet) {
    client.text(packet);
    EXPECT_TRUE(client.is_quiet());
  }

  DrivenEngine* engine_;
};

// ---- #subscribe ----

TEST_F(Engine, SubscribeIsAnsweredWhenTheEngineHasSubscribed) {
  for (const auto& client : {ready_v1(), ready_v2()}) {
    engine_->confirmed.clear();
    send(*client, subscribe("a", 2));
    engine_->confirm("a");
    EXPECT_EQ(client->next(), rid(2));
  }
  EXPECT_THAT(engine_->calls, ElementsAre("+a"));
}

TEST_F(Engine, SubscribeToAConfirmedChannelIsAnsweredAtOnce) {
  const auto first = ready_v1();
  send(*first, subscribe("a", 2));
  engine_->confirm("a");
  const auto second = ready_v2();
  EXPECT_EQ(second->ask(subscribe("a", 2)), rid(2));
}

TEST_F(Engine, MessagesArriveAlsoBeforeTheAnswer) {
  const auto client = ready_v1();
  send(*client, subscribe("a", 2));
  engine_->sink->on_message("a", "5");
  engine_->confirm("a");
  EXPECT_EQ(client->next(2), published("a", "5") + "\n" + rid(2));
}

TEST_F(Engine, TheChannelCountsAsSubscribedWhileItWaits) {
  options_.socket_channel_limit = 1;
  destroy_worker();
  auto engine = std::make_unique<DrivenEngine>();
  engine_ = engine.get();
  worker().set_exchange_engine(std::move(engine));
  std::string id;
  const auto client = ready_v1(&id);
  send(*client, subscribe("a", 2));
  EXPECT_EQ(client->ask(subscribe("b", 3)),
            refusal(3, "BrokerError",
                    concat({"Failed to subscribe socket to the b channel - Socket ", id,
                            " tried to exceed the channel subscription limit of 1"})));
  EXPECT_THAT(engine_->calls, ElementsAre("+a"));
}

TEST_F(Engine, EveryWaitingSubscribeIsAnswered) {
  const auto client = ready_v1();
  send(*client, subscribe("a", 2));
  send(*client, subscribe("a", 3));
  engine_->confirm("a");
  EXPECT_EQ(client->next(2), rid(2) + "\n" + rid(3));
}

TEST_F(Engine, AFailedSubscribeLeavesTheClientUnsubscribed) {
  for (const auto& client : {ready_v1(), ready_v2()}) {
    send(*client, subscribe("a", 2));
    engine_->settle("a", &kLost);
    EXPECT_EQ(client->next(),
              refusal(2, "BrokerError",
                      "Failed to subscribe socket to the a channel - the broker is gone"));
    engine_->sink->on_message("a", "5");
    EXPECT_TRUE(client->is_quiet());
  }
  EXPECT_THAT(engine_->calls, ElementsAre("+a", "-a", "+a", "-a"));
}

TEST_F(Engine, AClientMayLeaveTheChannelBeforeTheAnswer) {
  const auto client = ready_v1();
  send(*client, subscribe("a", 2));
  EXPECT_EQ(client->ask(R"({"event":"#unsubscribe","data":"a","cid":3})"), rid(3));
  engine_->confirm("a");
  EXPECT_EQ(client->next(), rid(2));
  engine_->sink->on_message("a", "5");
  EXPECT_TRUE(client->is_quiet());
  EXPECT_THAT(engine_->calls, ElementsAre("+a", "-a"));
}

TEST_F(Engine, AClientMayBeGoneBeforeTheAnswer) {
  auto client = ready_v1();
  send(*client, subscribe("a", 2));
  send(*client, publish("a", "1", 3));
  client->drop();
  EXPECT_TRUE(run_until([&] { return server().clients_count() == 0; }));
  EXPECT_THAT(engine_->calls, ElementsAre("+a", "-a"));
  engine_->confirm("a");
  EXPECT_EQ(engine_->finish_publish(), "a=1");
}

TEST_F(Engine, TheWorkerMayEndBeforeTheAnswer) {
  const auto client = ready_v1();
  send(*client, subscribe("a", 2));
  send(*client, publish("a", "1", 3));
  exchange().publish("a", 1, [](const auto&) { FAIL() << "nobody is called at the end"; });
  destroy_worker();
}

TEST_F(Engine, SubscriptionsThatTheApplicationHearsOfAreConfirmed) {
  server().on_subscription(
      [this](Socket&, const std::string& channel) { note("subscribed to " + channel); });
  server().on_unsubscription(
      [this](Socket&, const std::string& channel) { note("left " + channel); });
  const auto client = ready_v1();
  for (const char* channel : {"a", "b", "c"}) send(*client, subscribe(channel, 2));
  EXPECT_THAT(notes_, IsEmpty());
  client->ask(R"({"event":"#unsubscribe","data":"b","cid":3})");
  engine_->confirm("a");
  engine_->confirm("b");
  engine_->settle("c", &kLost);
  turn();
  EXPECT_THAT(notes_, ElementsAre("subscribed to a"));
  client->next(3);
  client->ask(R"({"event":"#unsubscribe","data":"a","cid":4})");
  EXPECT_THAT(notes_, ElementsAre("subscribed to a", "left a"));
}

TEST_F(Engine, TheEndOfAnUnconfirmedSubscriptionIsNoNews) {
  server().on_subscription([this](Socket&, const std::string& channel) { note("+" + channel); });
  server().on_unsubscription([this](Socket&, const std::string& channel) { note("-" + channel); });
  const auto client = ready_v1();
  for (const char* channel : {"kept", "lost", "kicked"}) send(*client, subscribe(channel, 2));
  engine_->confirm("kept");
  server().for_each_client([](Socket& socket) { socket.kick_out("kicked"); });
  client->drop();
  EXPECT_TRUE(all_gone());
  turn();
  EXPECT_THAT(notes_, ElementsAre("+kept", "-kept"));
}

TEST_F(Engine, AChannelThatAllHaveLeftIsUnsubscribedOnce) {
  engine_->confirmed = {"a", "b"};
  const auto first = ready_v1();
  auto second = ready_v1();
  first->ask(subscribe("a", 2));
  second->ask(subscribe("a", 2));
  second->ask(subscribe("b", 3));
  first->ask(R"({"event":"#unsubscribe","data":"a","cid":3})");
  EXPECT_THAT(engine_->calls, ElementsAre("+a", "+b"));
  second->drop();
  EXPECT_TRUE(run_until([&] { return engine_->calls.size() == 4; }));
  EXPECT_THAT(engine_->calls, UnorderedElementsAre("+a", "+b", "-a", "-b"));
}

TEST_F(Engine, TheEngineIsToldOfTheChannelsThatAreThere) {
  engine_->confirmed = {"a", "b"};
  const auto client = ready_v1();
  client->ask(subscribe("a", 2));
  client->ask(subscribe("b", 2));
  exchange().subscribe("c");
  std::vector<std::string> channels;
  engine_->sink->for_each_channel(
      [&](std::string_view channel) { channels.emplace_back(channel); });
  EXPECT_THAT(channels, UnorderedElementsAre("a", "b", "c"));
}

// ---- #publish ----

TEST_F(Engine, APublishIsAnsweredWhenItIsDone) {
  engine_->confirmed = {"a"};
  const auto client = ready_v1();
  client->ask(subscribe("a", 2));
  send(*client, publish("a", R"({"x":1})", 3));
  engine_->sink->on_message("a", R"({"x":1})");
  EXPECT_EQ(engine_->finish_publish(), R"(a={"x":1})");
  EXPECT_EQ(client->next(2), published("a", R"({"x":1})") + "\n" + rid(3));
}

TEST_F(Engine, APublishIsNotDeliveredHere) {
  engine_->confirmed = {"a"};
  const auto client = ready_v2();
  client->ask(subscribe("a", 2));
  send(*client, publish("a", "1", 3));
  exchange().publish("a", 2);
  EXPECT_TRUE(client->is_quiet());
}

TEST_F(Engine, AFailedPublishIsAnsweredWithTheError) {
  for (const auto& client : {ready_v1(), ready_v2()}) {
    send(*client, publish("a", "1", 3));
    engine_->finish_publish(&kLost);
    EXPECT_EQ(client->next(), refusal(3, "BrokerError", "the broker is gone"));
  }
}

TEST_F(Engine, LongIdsAreAnsweredToo) {
  const auto client = ready_v1();
  for (const std::string id : {R"("123456789012")", R"("1234567890123")", R"("12345678901234")",
                               R"("a much longer id than anybody uses")"}) {
    send(*client, concat({R"({"event":"#publish","data":{"channel":"a"},"cid":)", id, "}"}));
    EXPECT_EQ(engine_->finish_publish(), "a=");
    EXPECT_EQ(client->next(), concat({R"({"rid":)", id, "}"}));
  }
}

TEST_F(Engine, APublishWithoutCidIsNotAnswered) {
  const auto client = ready_v1();
  send(*client, R"({"event":"#publish","data":{"channel":"a","data":1}})");
  EXPECT_EQ(engine_->finish_publish(), "a=1 (nobody waits)");
  EXPECT_TRUE(client->is_quiet());
}

TEST_F(Engine, WhatMiddlewareAllowsIsPublishedAndAnsweredWithItsData) {
  server().use(Line::kPublishIn, [](PublishInRequest& request, const Next& next) {
    request.set_data(7);
    request.set_ack_data("fine");
    next();
  });
  const auto client = ready_v1();
  send(*client, publish("a", "1", 3));
  EXPECT_EQ(engine_->finish_publish(), "a=7");
  EXPECT_EQ(client->next(), R"({"rid":3,"data":"fine"})");
  // The next one did not have to wait for the answer.
  send(*client, publish("a", "1", 4));
  send(*client, publish("a", "1", 5));
  engine_->finish_publish(&kLost);
  EXPECT_EQ(
      client->next(),
      R"({"rid":4,"error":{"message":"the broker is gone","name":"BrokerError"},"data":"fine"})");
}

TEST_F(Engine, WhatMiddlewareAllowsIsSubscribed) {
  server().use(Line::kSubscribe, [](SubscribeRequest&, const Next& next) { next(); });
  const auto client = ready_v2();
  send(*client, subscribe("a", 2));
  engine_->confirm("a");
  EXPECT_EQ(client->next(), rid(2));
}

TEST_F(Engine, MessagesPassPublishOutMiddleware) {
  engine_->confirmed = {"a"};
  server().use(Line::kPublishOut, [this](PublishOutRequest& request, const Next& next) {
    request.set_data(Json(request.data().as_int64() + 1));
    exchange().publish("b", "seen");  // user code may publish while a message is handed out
    next();
  });
  const auto client = ready_v1();
  client->ask(subscribe("a", 2));
  engine_->sink->on_message("a", "1");
  EXPECT_EQ(client->next(), published("a", "2"));
  EXPECT_EQ(engine_->finish_publish(), "b=\"seen\" (nobody waits)");
}

TEST_F(Engine, MessagesWithoutDataHaveNone) {
  engine_->confirmed = {"a \"quoted\""};
  const auto client = ready_v1();
  client->ask(R"({"event":"#subscribe","data":{"channel":"a \"quoted\""},"cid":2})");
  engine_->sink->on_message("a \"quoted\"", "");
  EXPECT_EQ(client->next(), R"({"event":"#publish","data":{"channel":"a \"quoted\""}})");
}

// ---- The application's side ----

TEST_F(Engine, TheApplicationLearnsWhatBecameOfItsPublish) {
  const auto tell = [this](const std::optional<Error>& error) {
    note(error ? concat({error->name(), ": ", error->message()}) : "done");
  };
  exchange().publish("a", 1, tell);
  exchange().publish("a", 2, tell);
  engine_->finish_publish();
  const ExchangeError late{protocol::ErrorName::kTimeout, "too late"};
  engine_->finish_publish(&late);
  EXPECT_THAT(notes_, ElementsAre("done", "TimeoutError: too late"));
}

TEST_F(Engine, TheApplicationLearnsThatItsSubscriptionIsConfirmed) {
  const auto tell = [this](std::string what) {
    return
        [this, what](const std::optional<Error>& error) { note(what + (error ? " failed" : "")); };
  };
  exchange().subscribe(
      "a", [](const Json&) {}, tell("a"));
  exchange().subscribe(
      "b", [this](const Json& data) { note("b got " + to_text(data)); }, tell("b"));
  EXPECT_THAT(engine_->calls, ElementsAre("+a", "+b"));
  engine_->confirm("a");
  engine_->settle("b", &kLost);
  exchange().subscribe(
      "a", [](const Json&) {}, tell("a again"));
  EXPECT_THAT(notes_, ElementsAre("a", "b failed"));
  turn();
  EXPECT_THAT(notes_, ElementsAre("a", "b failed", "a again"));
  // It is still subscribed, and hears when the engine succeeds at last.
  engine_->sink->on_message("b", "1");
  turn();
  EXPECT_EQ(notes_.back(), "b got 1");
}

TEST_F(Engine, ACallbackMayThrow) {
  exchange().publish("a", 1, [](const auto&) { throw std::runtime_error("oops"); });
  engine_->finish_publish();
  EXPECT_THAT(log_.entries, ElementsAre(HasSubstr("threw: oops")));
}

}  // namespace
}  // namespace socketcluster::server
