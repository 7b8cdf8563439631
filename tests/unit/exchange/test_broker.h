// SPDX-License-Identifier: MIT
// The broker's end of links, on a real UNIX socket of the test's loop: notes what comes and sends
// what the test says. What a broker process makes of frames is tested where that is.
#pragma once

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "broker/frames.h"
#include "net/connection.h"
#include "net/event_loop.h"

namespace socketcluster::exchange::test {

// A directory for sockets, gone with the test.
class SocketDirectory {
 public:
  SocketDirectory() {
    std::string name = ::testing::TempDir() + "scXXXXXX";
    EXPECT_NE(::mkdtemp(name.data()), nullptr);
    path_ = name;
  }
  SocketDirectory(const SocketDirectory&) = delete;
  SocketDirectory& operator=(const SocketDirectory&) = delete;
  ~SocketDirectory() { ::rmdir(path_.c_str()); }
  std::string operator/(std::string_view name) const { return path_ + "/" + std::string(name); }

 private:
  std::string path_;
};

class TestBroker {
 public:
  TestBroker(net::EventLoop& loop, std::string path) : loop_(loop), path_(std::move(path)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    EXPECT_LT(path_.size(), sizeof address.sun_path);
    path_.copy(address.sun_path, sizeof address.sun_path - 1);
    listener_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    EXPECT_EQ(::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(::listen(listener_, 8), 0);
  }
  TestBroker(const TestBroker&) = delete;
  TestBroker& operator=(const TestBroker&) = delete;
  ~TestBroker() {
    close();
    ::close(listener_);
    ::unlink(path_.c_str());
  }

  // Takes a connection that waits; the one before is forgotten, not closed.
  bool accept() {
    const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0) return false;
    worker_ = new Worker(*this);
    loop_.adopt(fd).set_handler(*worker_);
    return true;
  }
  void close() {
    if (worker_ != nullptr) std::exchange(worker_, nullptr)->end();
  }
  bool is_connected() const { return worker_ != nullptr; }

  void welcome() { send(broker::append_welcome); }
  void processed(std::uint64_t count) { send(broker::append_processed, count); }
  void message(std::string_view channel, std::string_view data) {
    send(broker::append_message, channel, data);
  }
  void respond(std::uint32_t id, std::string_view json) { send(broker::append_response, id, json); }
  void refuse(std::string_view text) { send(broker::append_refused, text); }
  void bytes(std::string_view bytes) { worker_->write(bytes); }
  void stop_reading() { worker_->pause(); }
  void read_again() { worker_->resume(); }

  // What came and has not been asked for: "subscribe a", "publish a=1", ...
  std::vector<std::string> take() { return std::exchange(frames_, {}); }
  std::size_t count() const { return frames_.size(); }
  std::uint32_t last_request() const { return last_request_; }

 private:
  class Worker final : public net::ConnectionHandler, public broker::FrameSink {
   public:
    explicit Worker(TestBroker& broker) : broker_(&broker) {}
    void write(std::string_view bytes) { connection_->write_copy(bytes); }
    void pause() { connection_->pause_reading(); }
    void resume() { connection_->resume_reading(); }
    void end() {
      broker_ = nullptr;
      connection_->abort();
    }

   private:
    void on_bytes(std::span<char> bytes) override {
      EXPECT_TRUE(reader_.read({bytes.data(), bytes.size()}, *this));
    }
    void on_closed() override {
      if (broker_ != nullptr && broker_->worker_ == this) broker_->worker_ = nullptr;
      delete this;
    }
    const net::OutputLimits& output_limits() const override {
      static constexpr net::OutputLimits kNone{.soft_bytes = SIZE_MAX, .hard_bytes = SIZE_MAX};
      return kNone;
    }
    Go on_frame(const broker::Frame& frame) override {
      if (broker_ != nullptr) broker_->note(frame);
      return Go::kOn;
    }

    TestBroker* broker_;
    broker::FrameReader reader_{broker::FrameOrigin::kWorker};
  };

  template <typename Append, typename... Args>
  void send(Append append, Args... args) {
    std::string frame;
    append(frame, args...);
    worker_->write(frame);
  }

  void note(const broker::Frame& frame) {
    const std::string channel(frame.channel);
    const std::string body(frame.body);
    switch (frame.kind) {
      case broker::FrameKind::kHello:
        return frames_.push_back("hello " + std::to_string(frame.id) + " " + body);
      case broker::FrameKind::kSubscribe:
        return frames_.push_back("subscribe " + channel);
      case broker::FrameKind::kUnsubscribe:
        return frames_.push_back("unsubscribe " + channel);
      case broker::FrameKind::kPublish:
        return frames_.push_back("publish " + channel + "=" +
                                 (body.size() < 100 ? body : std::to_string(body.size())));
      case broker::FrameKind::kReady:
        return frames_.push_back("ready");
      case broker::FrameKind::kRequest:
        last_request_ = frame.id;
        return frames_.push_back("request " + body);
      case broker::FrameKind::kWelcome:
      case broker::FrameKind::kProcessed:
      case broker::FrameKind::kMessage:
      case broker::FrameKind::kResponse:
      case broker::FrameKind::kRefused:
        ADD_FAILURE() << "a worker does not send this";
    }
  }

  net::EventLoop& loop_;
  std::string path_;
  int listener_ = -1;
  Worker* worker_ = nullptr;  // belongs to itself
  std::vector<std::string> frames_;
  std::uint32_t last_request_ = 0;
};

}  // namespace socketcluster::exchange::test
