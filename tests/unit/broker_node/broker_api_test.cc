// SPDX-License-Identifier: MIT
// What a broker controller sees: include/socketcluster/broker.h.
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>

#include "unit/broker_node/broker_under_test.h"

namespace socketcluster::broker_node {
namespace {

class BrokerApiTest : public ::testing::Test {
 protected:
  BrokerUnderTest broker_;
  Broker& api_ = broker_.core->api();
  TestWorker worker_{broker_, 1};
  Lines events_;
};

TEST_F(BrokerApiTest, KnowsItsIdOptionsAndInstance) {
  EXPECT_EQ(api_.id(), 0U);
  EXPECT_EQ(api_.instance_id(), "instance");
  EXPECT_EQ(api_.options().secret_key, "secret");
}

TEST_F(BrokerApiTest, HearsOfTheFirstSubscriberAndOfTheLast) {
  api_.on_subscribe([&](const std::string& channel) { events_.push_back("+" + channel); });
  api_.on_unsubscribe([&](const std::string& channel) { events_.push_back("-" + channel); });
  worker_.subscribe("a");
  auto other = std::make_unique<TestWorker>(broker_, 2);
  other->subscribe("a");
  other->subscribe("b");
  EXPECT_EQ(events_, (Lines{"+a", "+b"}));
  broker::append_unsubscribe(worker_.output, "a");
  worker_.send();
  EXPECT_EQ(events_.size(), 2U);
  other.reset();
  broker_.turn(4);
  std::sort(events_.begin() + 2, events_.end());
  EXPECT_EQ(events_, (Lines{"+a", "+b", "-a", "-b"}));
}

TEST_F(BrokerApiTest, HearsOfAPublishWhenItsMessageIsWithTheWorkers) {
  worker_.subscribe("news");
  worker_.read();
  api_.on_publish([&](const std::string& channel, const Json& data) {
    events_.push_back(channel + ' ' + boost::json::serialize(data));
    for (const std::string& line : worker_.read()) events_.push_back(line);
  });
  worker_.publish("news", R"({"a":[1]})");
  EXPECT_EQ(events_, (Lines{R"(news {"a":[1]})", R"(message news {"a":[1]})", "processed 2"}));
  events_.clear();
  worker_.publish("other", "");
  EXPECT_EQ(events_, (Lines{"other null", "processed 3"}));
}

TEST_F(BrokerApiTest, PublishesToSubscribersWithoutHearingOfIt) {
  api_.on_publish([&](const std::string& channel, const Json& /*data*/) {
    events_.push_back(channel);
    if (channel == "ping") api_.publish("news", {{"pong", true}});
  });
  worker_.subscribe("news");
  worker_.read();
  worker_.publish("ping", "1");
  broker_.turn(3);
  EXPECT_EQ(worker_.read(), (Lines{"processed 2", R"(message news {"pong":true})"}));
  EXPECT_EQ(events_, Lines{"ping"});
}

TEST_F(BrokerApiTest, AnswersMessagesNowOrLater) {
  MessageRespond later;
  api_.on_message([&](const Json& data, MessageRespond respond) {
    if (data == "later") {
      later = respond;
      return;
    }
    respond({{"got", data}});
    respond("a second answer has no effect");
  });
  EXPECT_EQ(worker_.ask(R"({"action":"send","data":[1]})"), R"({"value":{"got":[1]}})");
  EXPECT_EQ(worker_.ask(R"({"action":"send"})"), R"({"value":{"got":null}})");
  broker::append_request(worker_.output, 77, R"({"action":"send","data":"later"})");
  worker_.send();
  EXPECT_EQ(worker_.read(), Lines{});
  EXPECT_TRUE(later.is_wanted());
  later(Error("no \"luck\""));
  EXPECT_FALSE(later.is_wanted());
  broker_.turn(2);
  EXPECT_EQ(worker_.read(), Lines{R"(response 77 {"error":"no \"luck\""})"});
}

TEST_F(BrokerApiTest, AnAnswerForALostWorkerHasNoEffect) {
  MessageRespond later;
  api_.on_message([&](const Json& /*data*/, MessageRespond respond) { later = respond; });
  auto lost = std::make_unique<TestWorker>(broker_, 2);
  broker::append_request(lost->output, 1, R"({"action":"send"})");
  lost->send();
  EXPECT_TRUE(later.is_wanted());
  lost.reset();
  broker_.turn(3);
  EXPECT_FALSE(later.is_wanted());
  later(1);
  broker_.core.reset();
  later(2);
}

TEST_F(BrokerApiTest, WithoutAHandlerAMessageIsAnError) {
  EXPECT_EQ(worker_.ask(R"({"action":"send","data":1})"),
            R"({"error":"The broker has no handler for messages"})");
  EXPECT_EQ(worker_.ask(R"({"action":"run","procedure":"x"})"),
            R"({"error":"The broker has no procedure 'x'"})");
  EXPECT_EQ(worker_.ask(R"({"action":"run"})"), R"({"error":"The broker has no procedure ''"})");
}

TEST_F(BrokerApiTest, RunsProceduresByName) {
  api_.procedure("sum", [](const Json& data, MessageRespond respond) {
    std::int64_t sum = 0;
    for (const Json& item : data.as_array()) sum += item.as_int64();
    respond(sum);
  });
  EXPECT_EQ(worker_.ask(R"({"action":"run","procedure":"sum","data":[1,2,3]})"), R"({"value":6})");
  api_.procedure("sum", [](const Json& /*data*/, MessageRespond respond) { respond(); });
  EXPECT_EQ(worker_.ask(R"({"action":"run","procedure":"sum"})"), R"({"value":null})");
}

TEST_F(BrokerApiTest, WhatAHandlerThrowsIsItsAnswerAndAWarning) {
  api_.procedure("bad", [](const Json& /*data*/, const MessageRespond& /*respond*/) {
    throw std::runtime_error("it is Monday");
  });
  api_.procedure("late", [](const Json& /*data*/, const MessageRespond& respond) {
    respond(1);
    throw 7;
  });
  EXPECT_EQ(worker_.ask(R"({"action":"run","procedure":"bad"})"), R"({"error":"it is Monday"})");
  EXPECT_TRUE(broker_.log.has("the procedure 'bad' threw: it is Monday"));
  EXPECT_EQ(worker_.ask(R"({"action":"run","procedure":"late"})"), R"({"value":1})");
  EXPECT_TRUE(broker_.log.has("the procedure 'late' threw: unknown exception"));
  api_.on_subscribe([](const std::string& /*channel*/) { throw std::runtime_error("no"); });
  worker_.subscribe("news");
  EXPECT_TRUE(broker_.log.has("a handler of subscribe threw: no"));
  EXPECT_EQ(worker_.read(), Lines{"processed 1"});
}

TEST_F(BrokerApiTest, ServesTheKeyValueStoreToWorkersAndController) {
  EXPECT_EQ(worker_.ask(R"({"action":"set","key":["a","b"],"value":5})"), "{}");
  EXPECT_EQ(worker_.ask(R"({"action":"get","key":"a"})"), R"({"value":{"b":5}})");
  EXPECT_EQ(worker_.ask(R"({"action":"get","key":"none"})"), "{}");
  BrokerData& data = api_.data();
  EXPECT_EQ(data.get({"a", "b"}), Json(5));
  EXPECT_FALSE(data.get("none"));
  EXPECT_TRUE(data.has_key("a"));
  EXPECT_EQ(data.count("a"), 1U);
  data.set("list", JsonArray{1, 2});
  EXPECT_EQ(data.add("list", 3), 2U);
  EXPECT_EQ(worker_.ask(R"({"action":"get","key":"list"})"), R"({"value":[1,2,3]})");
  EXPECT_EQ(data.execute({{"action", "pop"}, {"key", "list"}, {"getValue", true}}),
            Json(JsonArray{3}));
  data.remove("list");
  EXPECT_FALSE(data.has_key("list"));
  EXPECT_EQ(data.get_all(), Json({{"a", {{"b", 5}}}}));
  data.remove_all();
  EXPECT_EQ(data.get_all(), Json(JsonObject()));
  EXPECT_THROW(data.get(JsonObject()), std::runtime_error);
  EXPECT_THROW(data.execute({{"action", "exec"}}), std::runtime_error);
}

TEST_F(BrokerApiTest, AnswersEveryRequestHoweverWrong) {
  for (const std::string_view request :
       {"", "{", "[]", "1", "null", R"({"action":1})", R"({"action":"exec"})",
        R"({"action":"get"})", R"({"key":"\ud800"})"}) {
    EXPECT_EQ(worker_.ask(request).rfind(R"({"error":")", 0), 0U) << request;
  }
}

TEST(BrokerData, IsBoundedByTheOption) {
  Options options;
  options.broker_data_limit = 1000;
  BrokerUnderTest broker({}, options);
  BrokerData& data = broker.core->api().data();
  const std::string long_text(1000, 'x');
  data.set("small", 1);
  EXPECT_THROW(data.set("large", Json(std::string_view(long_text))), std::runtime_error);
  EXPECT_EQ(data.get_all(), Json({{"small", 1}}));
}

TEST(BrokerData, RemovesKeysWhoseTimeIsOver) {
  BrokerSettings settings;
  settings.sweep_interval = std::chrono::milliseconds(5);
  BrokerUnderTest broker(settings);
  BrokerData& data = broker.core->api().data();
  data.set("kept", 1);
  data.set("short", 1);
  data.expire({"short", "kept"}, std::chrono::seconds(0));
  data.unexpire({"kept"});
  const std::size_t before = broker.core->figures().data_bytes;
  broker.run_until([&] { return broker.core->figures().data_bytes < before; });
  EXPECT_FALSE(data.has_key("short"));
  EXPECT_TRUE(data.has_key("kept"));
}

TEST_F(BrokerApiTest, ExchangesMessagesWithTheMaster) {
  std::optional<std::string> answer;
  api_.send_to_master({{"hello", 1}}, [&](const std::optional<Error>& error, const Json& data) {
    answer = error ? "error" : boost::json::serialize(data);
    throw std::runtime_error("careless");
  });
  EXPECT_EQ(broker_.master.received, Lines{R"({"hello":1})"});
  broker_.master.last_answer(std::nullopt, {1, 2});
  EXPECT_EQ(answer, "[1,2]");
  EXPECT_TRUE(broker_.log.has("the handler of an answer of the master threw: careless"));
  api_.send_to_master("no answer");
  EXPECT_FALSE(broker_.master.last_answer);

  api_.on_master_message([&](const Json& data, const MessageRespond& /*respond*/) {
    events_.push_back(boost::json::serialize(data));
    throw std::runtime_error("oh");
  });
  broker_.core->take_master_message({{"a", 1}}, {});
  EXPECT_EQ(events_, Lines{});
  broker_.turn(2);
  EXPECT_EQ(events_, Lines{R"({"a":1})"});
  EXPECT_TRUE(broker_.log.has("a handler of the master's messages threw: oh"));
}

TEST_F(BrokerApiTest, RunsTimersAndPostedTasks) {
  int ticks = 0;
  Broker::TimerId interval = 0;
  interval = api_.set_interval(std::chrono::milliseconds(1), [&] {
    if (++ticks == 3) api_.clear_timer(interval);
  });
  api_.set_timeout(std::chrono::milliseconds(1), [&] { events_.emplace_back("timeout"); });
  std::thread([&] { api_.post([&] { events_.emplace_back("posted"); }); }).join();
  broker_.run_until([&] { return ticks == 3 && events_.size() == 2; });
  std::sort(events_.begin(), events_.end());
  EXPECT_EQ(events_, (Lines{"posted", "timeout"}));
}

TEST_F(BrokerApiTest, CallsNoHandlerAtItsEnd) {
  api_.on_unsubscribe([&](const std::string& channel) { events_.push_back(channel); });
  api_.set_timeout(std::chrono::milliseconds(1), [&] { events_.emplace_back("timeout"); });
  api_.post([&] { events_.emplace_back("posted"); });
  worker_.subscribe("news");
  events_.clear();
  broker_.core.reset();
  EXPECT_EQ(events_, Lines{});
}

}  // namespace
}  // namespace socketcluster::broker_node
