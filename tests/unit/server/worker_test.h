// SPDX-License-Identifier: MIT
// A worker with clients, all in this thread. Time-outs are out of the way unless a test sets them.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <socketcluster/socketcluster.h>

#include "unit/server/test_client.h"

namespace socketcluster::server::test {

using std::chrono::milliseconds;

class RecordingLog final : public base::Log {
 public:
  void write(base::LogLevel /*level*/, std::string_view text) override {
    entries.emplace_back(text);
  }
  std::vector<std::string> entries;
};

class WorkerTest : public ::testing::Test {
 protected:
  WorkerTest() {
    options_.host = "127.0.0.1";
    options_.port = 0;
    options_.ping_interval = std::chrono::hours(1);
    options_.ping_timeout = std::chrono::hours(2);
    options_.handshake_timeout = std::chrono::hours(1);
    options_.ack_timeout = std::chrono::hours(1);
  }

  // Made when it is first needed, so that a test can change the options before.
  WorkerCore& worker() {
    if (!worker_) {
      worker_ = std::make_unique<WorkerCore>(options_, log_, keys());
      EXPECT_TRUE(worker_->listen(0).has_value());
    }
    return *worker_;
  }
  void destroy_worker() { worker_.reset(); }
  static auth::TokenKeys keys() {
    auth::TokenKeyOptions options;
    options.auth_key = "test key";
    base::SystemRandom random;
    auto loaded = auth::TokenKeys::load(options, random);
    EXPECT_TRUE(loaded.has_value());
    return *loaded;
  }
  Server& server() { return worker().api().server(); }
  Exchange& exchange() { return server().exchange(); }

  // A client that has shaken hands; its generation is not known, or has shown in a pong.
  std::unique_ptr<TestClient> ready(std::string* id = nullptr, ClientOptions options = {}) {
    auto client = std::make_unique<TestClient>(worker(), options);
    const std::string socket_id = client->shake_hands();
    if (id != nullptr) *id = socket_id;
    return client;
  }
  std::unique_ptr<TestClient> ready_v1(std::string* id = nullptr) {
    auto client = ready(id);
    client->text("#2");
    return client;
  }
  std::unique_ptr<TestClient> ready_v2(std::string* id = nullptr) {
    auto client = ready(id);
    client->text("");
    return client;
  }

  // With the handshake behind the upgrade request, so that no time-out can come before it.
  std::unique_ptr<TestClient> ready_at_once() {
    auto client = std::make_unique<TestClient>(worker(), ClientOptions{.start = Start::kConnected});
    client->bytes(upgrade_request() +
                  websocket::test::text_frame(R"({"event":"#handshake","cid":1})"));
    EXPECT_TRUE(client->head().starts_with("HTTP/1.1 101 "));
    EXPECT_TRUE(client->next().starts_with(R"({"rid":1,"data":)"));
    return client;
  }

  void turn(int times = 4) {
    for (int i = 0; i < times; ++i) worker().loop().run_once(milliseconds(0));
  }
  template <typename Predicate>
  bool run_until(Predicate predicate) {
    for (int i = 0; i < 10'000; ++i) {
      if (predicate()) return true;
      worker().loop().run_once(milliseconds(1));
    }
    return false;
  }
  bool all_gone() {
    return run_until([this] { return worker().loop().connection_count() == 0; });
  }

  // What handlers have to tell. They may run as long as the worker exists, which is longer than the
  // body of a test: let them capture nothing of it by reference.
  void note(std::string what) { notes_.push_back(std::move(what)); }
  bool noted(std::string_view what) const {
    return std::find(notes_.begin(), notes_.end(), what) != notes_.end();
  }
  // Notes how each client that comes from now on ends.
  void watch_ends() {
    server().on_connection([this](Socket& socket) {
      socket.on_disconnect([this](int code, const std::string& reason) {
        note(std::to_string(code) + ":" + reason);
      });
    });
  }

  Options options_;
  RecordingLog log_;
  std::vector<std::string> notes_;

 private:
  std::unique_ptr<WorkerCore> worker_;
};

inline constexpr std::string_view kHandshake =
    R"({"event":"#handshake","data":{"authToken":null},"cid":1})";

inline std::string concat(std::initializer_list<std::string_view> parts) {
  std::string text;
  for (const std::string_view part : parts) text += part;
  return text;
}
inline std::string subscribe(std::string_view channel, int cid) {
  return R"({"event":"#subscribe","data":{"channel":")" + std::string(channel) + R"("},"cid":)" +
         std::to_string(cid) + "}";
}
inline std::string unsubscribe(std::string_view channel, int cid) {
  return R"({"event":"#unsubscribe","data":")" + std::string(channel) + R"(","cid":)" +
         std::to_string(cid) + "}";
}
inline std::string publish(std::string_view channel, std::string_view data, int cid) {
  return R"({"event":"#publish","data":{"channel":")" + std::string(channel) + R"(","data":)" +
         std::string(data) + R"(},"cid":)" + std::to_string(cid) + "}";
}
inline std::string published(std::string_view channel, std::string_view data) {
  return R"({"event":"#publish","data":{"channel":")" + std::string(channel) + R"(","data":)" +
         std::string(data) + "}}";
}
inline std::string rid(int number) {
  return R"({"rid":)" + std::to_string(number) + "}";
}
inline std::string refusal(int number, std::string_view name, std::string_view message) {
  return R"({"rid":)" + std::to_string(number) + R"(,"error":{"message":")" + std::string(message) +
         R"(","name":")" + std::string(name) + R"("}})";
}

}  // namespace socketcluster::server::test
