// SPDX-License-Identifier: MIT
// The key-value store, messages and procedures as the application sees them: alone, and with
// brokers that the test plays.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "broker/shard.h"
#include "server/json_values.h"
#include "unit/server/worker_test.h"

namespace socketcluster::server {
namespace {

using broker::ExchangeEngine;
using broker::ExchangeError;
using test::concat;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class DataStoreTest : public test::WorkerTest {
 protected:
  ~DataStoreTest() override { destroy_worker(); }
  ValueHandler tell(std::string what = "") {
    return [this, what](const std::optional<Error>& error, const Json& value) {
      note(what + (error ? concat({error->name(), ": ", error->message()}) : to_text(value)));
    };
  }
  // What was noted since, after the worker has had its turn.
  std::vector<std::string> heard() {
    turn();
    return std::exchange(notes_, {});
  }
};

// ---- Alone ----

TEST_F(DataStoreTest, StoresAndReads) {
  exchange().set({"rooms", "lobby"}, {{"open", true}}, tell());
  exchange().get({"rooms", "lobby", "open"}, tell());
  exchange().get("rooms", tell());
  exchange().get("nothing", tell());
  exchange().has_key("rooms", tell());
  exchange().count("rooms", tell());
  EXPECT_THAT(notes_, IsEmpty());  // never inside of the call
  EXPECT_THAT(heard(),
              ElementsAre("null", "true", R"({"lobby":{"open":true}})", "null", "true", "1"));
  exchange().remove({"rooms", "lobby"}, GetValue::kYes, tell());
  exchange().remove("rooms", tell());
  exchange().get_all(tell());
  EXPECT_THAT(heard(), ElementsAre(R"({"open":true})", "null", "{}"));
}

TEST_F(DataStoreTest, KeepsLists) {
  exchange().add("list", "a", tell());
  exchange().add("list", "b", tell());
  exchange().concat("list", {"c", "d"});
  exchange().get("list", tell());
  exchange().get({"list", 2}, tell());
  exchange().get_range("list", 1, 3, tell());
  exchange().get_range("list", 2, tell());
  exchange().splice(
      "list", {.index = 1, .count = 1, .items = {"x", "y"}, .get_value = GetValue::kYes}, tell());
  exchange().pop("list", GetValue::kYes, tell());
  exchange().get("list", tell());
  exchange().remove_range("list", 1, 2, GetValue::kYes, tell());
  exchange().remove_range("list", 1);
  exchange().pop("none");
  exchange().get("list", tell());
  EXPECT_THAT(heard(), ElementsAre("0", "1", R"(["a","b","c","d"])", R"("c")", R"(["b","c"])",
                                   R"(["c","d"])", R"(["b"])", R"(["d"])", R"(["a","x","y","c"])",
                                   R"(["x"])", R"(["a"])"));
}

TEST_F(DataStoreTest, ForgetsWhatHasExpired) {
  exchange().set("a", 1);
  exchange().set({"b", "c"}, 2);
  exchange().set("d", 3);
  exchange().expire({"a", {"b", "c"}, "d"}, std::chrono::seconds(-1));
  exchange().unexpire({"d"});
  exchange().get_expiry("d", tell());
  EXPECT_THAT(heard(), ElementsAre("null"));
  ASSERT_TRUE(run_until([&] {
    exchange().get_all(tell());
    return heard().back() == R"({"b":{},"d":3})";
  }));
}

TEST_F(DataStoreTest, AnErrorIsToldOrLogged) {
  exchange().set(DataKey({}), 1, tell());
  EXPECT_THAT(heard(), ElementsAre(HasSubstr("BrokerError: ")));
  exchange().set(DataKey({}), 1);
  turn();
  ASSERT_EQ(log_.entries.size(), 1u);
  EXPECT_THAT(log_.entries[0], HasSubstr("exchange action 'set' failed: "));
}

TEST_F(DataStoreTest, WhatNeedsABrokerFailsWithoutOne) {
  exchange().send("hello", tell());
  exchange().run("f", nullptr, tell());
  EXPECT_THAT(heard(), ElementsAre("BrokerError: There is no broker process",
                                   "BrokerError: There is no broker process"));
}

TEST_F(DataStoreTest, ACallbackMayThrow) {
  exchange().get("a", [](const auto&, const Json&) { throw std::runtime_error("oops"); });
  turn();
  EXPECT_THAT(log_.entries, ElementsAre("the callback of exchange action 'get' threw: oops"));
}

TEST_F(DataStoreTest, ACoroutineWaits) {
  Exchange& store = exchange();
  server().on("go", [this, &store](Socket&, Json, Respond respond) -> Task {
    const Json value = {{"x", 1}};
    (void)co_await answer_of([&](auto done) { store.set("a", value, done); });
    const Answer got = co_await answer_of([&](auto done) { store.get({"a", "x"}, done); });
    const std::optional<Error> failed = co_await socketcluster::publish(store, "news", got.data);
    note(failed ? "failed" : "published");
    respond(got.data);
  });
  const auto client = ready_v1();
  EXPECT_EQ(client->ask(R"({"event":"go","cid":5})"), R"({"rid":5,"data":1})");
  EXPECT_THAT(notes_, ElementsAre("published"));
}

// ---- With brokers ----

class PlayedBrokers final : public ExchangeEngine {
 public:
  struct Request {
    std::string text;  // "1 {...}": to broker 1
    Answer answer;
  };
  explicit PlayedBrokers(std::size_t count) : count_(count) {}

  void start(broker::ExchangeSink&) override {}
  void subscribe(std::string_view) override {}
  void unsubscribe(std::string_view) override {}
  bool is_subscribed(std::string_view) const override { return true; }
  void when_subscribed(std::string_view, Done) override { FAIL() << "it is subscribed"; }
  void publish(std::string_view, std::string_view, Done) override {}
  void request(std::size_t broker, std::string_view action, std::string_view json,
               Answer answer) override {
    EXPECT_THAT(std::string(json), HasSubstr(concat({R"("action":")", action, "\""})));
    requests.push_back({std::to_string(broker) + " " + std::string(json), std::move(answer)});
  }
  std::size_t broker_count() const override { return count_; }
  std::size_t open_connections() const override { return 0; }

  std::vector<std::string> asked() const {
    std::vector<std::string> texts;
    for (const Request& request : requests) texts.push_back(request.text);
    return texts;
  }
  // The brokers that were asked last.
  std::string targets() {
    std::string all;
    for (const Request& request : std::exchange(requests, {})) all += request.text[0];
    return all;
  }

  std::vector<Request> requests;

 private:
  std::size_t count_;
};

class Brokers : public DataStoreTest {
 protected:
  PlayedBrokers& brokers(std::size_t count = 3) {
    auto engine = std::make_unique<PlayedBrokers>(count);
    PlayedBrokers& played = *engine;
    worker().set_exchange_engine(std::move(engine));
    return played;
  }
  static std::string home(std::string_view key) { return std::to_string(broker::shard_of(key, 3)); }
};

TEST_F(Brokers, AKeyIsAskedForWhereItsFirstPartBelongs) {
  PlayedBrokers& played = brokers();
  exchange().get("some key", tell());
  exchange().set({"rooms", "lobby", 3}, "x", tell());
  EXPECT_THAT(
      played.asked(),
      ElementsAre(home("some key") + R"( {"key":"some key","action":"get"})",
                  home("rooms") + R"( {"value":"x","key":["rooms","lobby",3],"action":"set"})"));
  played.requests[1].answer(nullptr, "");
  const ExchangeError late{protocol::ErrorName::kTimeout, "late"};
  played.requests[0].answer(&late, "");
  EXPECT_THAT(heard(), ElementsAre("null", "TimeoutError: late"));
}

TEST_F(Brokers, WhatConcernsAllIsJoined) {
  PlayedBrokers& played = brokers();
  exchange().get_all(tell());
  ASSERT_EQ(played.requests.size(), 3u);
  played.requests[2].answer(nullptr, R"({"c":3})");
  played.requests[0].answer(nullptr, R"({"a":1})");
  EXPECT_THAT(heard(), IsEmpty());
  played.requests[1].answer(nullptr, "");
  EXPECT_THAT(heard(), ElementsAre(R"({"a":1,"c":3})"));
  EXPECT_EQ(played.targets(), "012");
  exchange().remove_all(tell());
  for (auto& request : played.requests) request.answer(nullptr, "");
  EXPECT_THAT(heard(), ElementsAre("null"));
}

TEST_F(Brokers, KeysOfAnExpiryAreSharedOut) {
  PlayedBrokers& played = brokers(2);
  const std::vector<std::string> names = {"k0", "k1", "k2", "k3", "k4"};
  std::vector<DataKey> keys(names.begin(), names.end());
  std::vector<JsonArray> shares(2);
  for (const std::string& name : names) {
    shares[broker::shard_of(name, 2)].emplace_back(name);
  }
  ASSERT_FALSE(shares[0].empty() || shares[1].empty());
  exchange().expire(keys, std::chrono::seconds(9), tell());
  EXPECT_THAT(
      played.asked(),
      ElementsAre(R"(0 {"value":9,"keys":)" + to_text(shares[0]) + R"(,"action":"expire"})",
                  R"(1 {"value":9,"keys":)" + to_text(shares[1]) + R"(,"action":"expire"})"));
  const ExchangeError gone{protocol::ErrorName::kBroker, "gone"};
  played.requests[1].answer(&gone, "");
  played.requests[0].answer(nullptr, "");
  EXPECT_THAT(heard(), ElementsAre("BrokerError: gone"));
}

TEST_F(Brokers, MessagesGoToAllAndProceduresToTheFirst) {
  PlayedBrokers& played = brokers();
  exchange().send({{"x", 1}}, tell());
  EXPECT_THAT(played.asked(), ElementsAre(R"(0 {"data":{"x":1},"action":"send"})",
                                          R"(1 {"data":{"x":1},"action":"send"})",
                                          R"(2 {"data":{"x":1},"action":"send"})"));
  for (int i = 2; i >= 0; --i) {
    played.requests[static_cast<std::size_t>(i)].answer(nullptr, std::to_string(i * 10));
  }
  EXPECT_THAT(heard(), ElementsAre("[0,10,20]"));
  played.requests.clear();

  exchange().run("f", 5, tell());
  EXPECT_THAT(played.asked(), ElementsAre(R"(0 {"procedure":"f","data":5,"action":"run"})"));
  played.requests[0].answer(nullptr, "\"done\"");
  EXPECT_THAT(heard(), ElementsAre("\"done\""));
}

TEST_F(Brokers, AMapIndexChoosesBrokers) {
  PlayedBrokers& played = brokers();
  const auto targets = [&](const MapIndex& index) {
    exchange().run("f", nullptr, index);
    return played.targets();
  };
  EXPECT_EQ(targets(1), "1");
  EXPECT_EQ(targets(4), "1");
  EXPECT_EQ(targets(-2), "2");
  EXPECT_EQ(targets("some key"), home("some key"));
  EXPECT_EQ(targets("*"), "012");
  EXPECT_EQ(targets(MapIndex::all()), "012");
  EXPECT_EQ(targets(MapIndex(std::vector<MapIndex>{2, 0, 3})), "02");
}

TEST_F(Brokers, AMapperDecidesAboutKeysOnly) {
  PlayedBrokers& played = brokers();
  exchange().set_mapper([this](const Json& key, std::string_view action, std::size_t count) {
    note(concat({to_text(key), " ", action, " ", std::to_string(count)}));
    return std::vector<std::size_t>{2, 0, 2, 99};
  });
  exchange().get({"a", "b"}, tell());
  exchange().get_all(tell());
  EXPECT_THAT(notes_, ElementsAre(R"(["a","b"] get 3)", "null getAll 3"));
  EXPECT_EQ(played.targets(), "0202");
  exchange().run("f", nullptr, 1);
  exchange().set_mapper(nullptr);
  exchange().get("some key", tell());
  EXPECT_EQ(played.targets(), "1" + home("some key"));
  notes_.clear();
  exchange().set_mapper(
      [](const Json&, std::string_view, std::size_t) { return std::vector<std::size_t>{}; });
  exchange().get("a", tell());
  EXPECT_THAT(heard(), ElementsAre("BrokerError: There is no broker for this key"));
}

}  // namespace
}  // namespace socketcluster::server
