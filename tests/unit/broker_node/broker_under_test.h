// SPDX-License-Identifier: MIT
// A broker on a real UNIX socket in a directory of its own, and workers that speak its frames from
// the other end. Everything runs on the thread of the test: turn() lets the broker's loop run.
#pragma once

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/log.h"
#include "broker/frames.h"
#include "broker_node/broker_core.h"
#include "unit/base/recording_log.h"

namespace socketcluster::broker_node {

using Lines = std::vector<std::string>;

class RecordingMaster final : public MasterPort {
 public:
  void send_to_master(const Json& data, MessageAnswer answer) override {
    received.push_back(boost::json::serialize(data));
    last_answer = std::move(answer);
  }
  Lines received;
  MessageAnswer last_answer;
};

inline sockaddr_un unix_address(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  EXPECT_LT(path.size(), sizeof address.sun_path);
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  return address;
}

class BrokerUnderTest {
 public:
  explicit BrokerUnderTest(BrokerSettings settings = {}, Options with = {})
      : options(std::move(with)) {
    std::string pattern = (std::filesystem::temp_directory_path() / "sc_broker_XXXXXX").string();
    EXPECT_NE(::mkdtemp(pattern.data()), nullptr);
    directory_ = pattern;
    options.secret_key = "secret";
    options.instance_id = "instance";
    settings.listen_fd = listen_on(path());
    core = std::make_unique<BrokerCore>(options, settings, log, master);
    EXPECT_TRUE(core->start());
  }
  BrokerUnderTest(const BrokerUnderTest&) = delete;
  BrokerUnderTest& operator=(const BrokerUnderTest&) = delete;
  ~BrokerUnderTest() {
    core.reset();
    std::filesystem::remove_all(directory_);
  }

  std::string path() const { return directory_ + "/b0"; }
  void turn(int count = 1) {
    for (int i = 0; i < count; ++i) core->loop().run_once(std::chrono::milliseconds(0));
  }
  // Lets the loop run, waiting for its timers, until `done` returns true.
  template <typename Done>
  void run_until(Done done) {
    while (!done()) core->loop().run_once(std::chrono::milliseconds(10));
  }

  Options options;
  test::RecordingLog log;
  RecordingMaster master;
  std::unique_ptr<BrokerCore> core;

 private:
  static int listen_on(const std::string& path) {
    const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    const sockaddr_un address = unix_address(path);
    EXPECT_EQ(::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(::listen(fd, 128), 0);
    return fd;
  }

  std::string directory_;
};

// The messages among what a worker has read.
inline Lines messages_in(Lines lines) {
  std::erase_if(lines, [](const std::string& line) { return line.rfind("message", 0) != 0; });
  return lines;
}

// The worker's end of a connection. Frames that it gets are written down as
// "message <channel> <data>", "processed <count>" and so on.
class TestWorker final : public broker::FrameSink {
 public:
  explicit TestWorker(BrokerUnderTest& broker) : broker_(broker) {
    fd_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    const sockaddr_un address = unix_address(broker.path());
    EXPECT_EQ(::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  }
  TestWorker(BrokerUnderTest& broker, std::uint32_t id) : TestWorker(broker) {
    broker::append_hello(output, id, "secret");
    broker::append_ready(output);
    send();
    EXPECT_EQ(read(), Lines{"welcome 1"});
  }
  TestWorker(const TestWorker&) = delete;
  TestWorker& operator=(const TestWorker&) = delete;
  ~TestWorker() { close(); }

  // Appended to by the writers of broker/frames.h; send() sends it and lets the broker run.
  std::string output;
  void send() {
    write_all();
    broker_.turn(4);
  }
  void write_all() {
    std::string_view rest = output;
    while (!rest.empty()) {
      const ssize_t size = ::send(fd_, rest.data(), rest.size(), MSG_NOSIGNAL);
      if (size >= 0) {
        rest.remove_prefix(static_cast<std::size_t>(size));
      } else if (errno == EAGAIN) {
        broker_.turn();
      } else {
        break;
      }
    }
    output.clear();
  }
  void subscribe(std::string_view channel) {
    broker::append_subscribe(output, channel);
    send();
  }
  void publish(std::string_view channel, std::string_view data) {
    broker::append_publish(output, channel, data);
    send();
  }
  // The answer to a request.
  std::string ask(std::string_view json) {
    broker::append_request(output, ++last_id_, json);
    send();
    const Lines lines = read();
    const std::string prefix = "response " + std::to_string(last_id_) + ' ';
    EXPECT_EQ(lines.size(), 1U);
    if (lines.empty() || lines[0].rfind(prefix, 0) != 0) return "no answer";
    return lines[0].substr(prefix.size());
  }

  // What came since the last call.
  Lines read() {
    lines_.clear();
    std::array<char, 65536> buffer;
    for (;;) {
      const ssize_t size = ::recv(fd_, buffer.data(), buffer.size(), 0);
      if (size <= 0) {
        is_ended_ = is_ended_ || size == 0 || errno != EAGAIN;
        return std::move(lines_);
      }
      EXPECT_TRUE(reader_.read({buffer.data(), static_cast<std::size_t>(size)}, *this));
    }
  }
  // read() has seen the end of the connection.
  bool is_ended() const { return is_ended_; }
  void close() {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  }

 private:
  Go on_frame(const broker::Frame& frame) override {
    lines_.push_back(describe(frame));
    return Go::kOn;
  }
  static std::string describe(const broker::Frame& frame) {
    const std::string body(frame.body.size() > 1000 ? "(long)" : frame.body);
    switch (frame.kind) {
      case broker::FrameKind::kWelcome:
        return "welcome " + std::to_string(frame.version);
      case broker::FrameKind::kProcessed:
        return "processed " + std::to_string(frame.count);
      case broker::FrameKind::kMessage:
        return "message " + std::string(frame.channel) + ' ' + body;
      case broker::FrameKind::kResponse:
        return "response " + std::to_string(frame.id) + ' ' + body;
      case broker::FrameKind::kRefused:
        return "refused " + body;
      case broker::FrameKind::kHello:
      case broker::FrameKind::kSubscribe:
      case broker::FrameKind::kUnsubscribe:
      case broker::FrameKind::kPublish:
      case broker::FrameKind::kReady:
      case broker::FrameKind::kRequest:
        break;
    }
    return "unexpected";
  }

  BrokerUnderTest& broker_;
  int fd_ = -1;
  broker::FrameReader reader_{broker::FrameOrigin::kBroker};
  Lines lines_;
  std::uint32_t last_id_ = 0;
  bool is_ended_ = false;
};

}  // namespace socketcluster::broker_node
