// SPDX-License-Identifier: MIT
// A worker's link to a broker that says the input, in pieces whose sizes the input chooses, with or
// without a good beginning, while the worker publishes, asks, subscribes and leaves. Whatever
// comes, nobody is answered twice or after the link is gone; and when a good broker follows
// (rarely, since the link waits before it connects again), everybody has been answered once and the
// link is ready.
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/assert.h"
#include "base/log.h"
#include "broker/frames.h"
#include "exchange/broker_link.h"
#include "net/event_loop.h"

namespace socketcluster::exchange {
namespace {

constexpr char kWithGoodBroker = 'G';

// The broker's side of a connection.
class Broker final : public broker::FrameSink {
 public:
  explicit Broker(int fd) : fd_(fd) {}
  Broker(const Broker&) = delete;
  Broker& operator=(const Broker&) = delete;
  ~Broker() { ::close(fd_); }

  void send(std::string_view bytes) {
    [[maybe_unused]] const ssize_t sent =
        ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  }
  // The worker's own frames are well formed whatever it was sent. With `answers` it gets what it
  // waits for.
  void read(bool answers) {
    answer_.clear();
    std::array<char, 65536> buffer;
    for (;;) {
      const ssize_t size = ::recv(fd_, buffer.data(), buffer.size(), MSG_DONTWAIT);
      if (size <= 0) break;
      SC_ASSERT(reader_.read({buffer.data(), static_cast<std::size_t>(size)}, *this));
    }
    if (!answers) return;
    if (commands_ > 0) broker::append_processed(answer_, commands_);
    send(answer_);
  }

 private:
  Go on_frame(const broker::Frame& frame) override {
    using broker::FrameKind;
    if (frame.kind == FrameKind::kHello) broker::append_welcome(answer_);
    if (frame.kind == FrameKind::kRequest) broker::append_response(answer_, frame.id, "{}");
    if (frame.kind == FrameKind::kSubscribe || frame.kind == FrameKind::kUnsubscribe ||
        frame.kind == FrameKind::kPublish) {
      ++commands_;
    }
    return Go::kOn;
  }
  int fd_;
  std::uint64_t commands_ = 0;
  std::string answer_;
  broker::FrameReader reader_{broker::FrameOrigin::kWorker};
};

// What the worker waits for: each at most once, and never when nobody is there any more.
class Answers {
 public:
  BrokerLink::Done done() {
    return [this, number = next()](const broker::ExchangeError* /*error*/) { count(number); };
  }
  BrokerLink::Answer answer() {
    return [this, number = next()](const broker::ExchangeError* error, std::string_view value) {
      SC_ASSERT(error == nullptr || value.empty());
      count(number);
    };
  }
  void nobody_is_there() { is_over_ = true; }
  bool all_came() const {
    return std::all_of(calls_.begin(), calls_.end(), [](int calls) { return calls == 1; });
  }

 private:
  std::size_t next() {
    calls_.push_back(0);
    return calls_.size() - 1;
  }
  void count(std::size_t number) { SC_ASSERT(!is_over_ && calls_[number]++ == 0); }
  std::vector<int> calls_;
  bool is_over_ = false;
};

class Worker final : public BrokerLink::Owner {
 public:
  void for_each_channel(std::size_t /*index*/,
                        const std::function<void(std::string_view)>& visit) override {
    visit("news");
    if (has_more_) visit("more");
  }
  void on_message(std::string_view channel, std::string_view data_json) override {
    bytes_ += channel.size() + data_json.size();
  }
  void on_ready() override {}

  void act(BrokerLink& link, Answers& answers, std::size_t turn) {
    switch (turn % 4) {
      case 0:
        return link.publish("news", "1", answers.done());
      case 1:
        return link.request("get", R"({"action":"get","key":"a"})", answers.answer());
      case 2:
        if (has_more_) return;
        has_more_ = true;
        link.subscribe("more");
        if (!link.is_subscribed("more")) link.when_subscribed("more", answers.done());
        return;
      default:
        if (!has_more_) return;
        has_more_ = false;
        link.unsubscribe("more");
    }
  }

 private:
  bool has_more_ = false;
  std::size_t bytes_ = 0;
};

class Scene {
 public:
  Scene() {
    // A name without a file.
    address_.sun_family = AF_UNIX;
    std::snprintf(address_.sun_path + 1, sizeof address_.sun_path - 1, "sc-link-fuzz-%d",
                  static_cast<int>(::getpid()));
    listen_fd_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    const auto* address = reinterpret_cast<const sockaddr*>(&address_);
    SC_ASSERT(::bind(listen_fd_, address, sizeof address_) == 0);
    SC_ASSERT(::listen(listen_fd_, 16) == 0);
  }

  void play(std::string_view input) {
    const bool is_welcome = (static_cast<unsigned char>(input[0]) & 1U) != 0;
    const bool ends_well = input[0] == kWithGoodBroker;
    const std::string_view piece_sizes = input.substr(1, 3);
    input.remove_prefix(4);
    Answers answers;
    Worker worker;
    auto link = std::make_unique<BrokerLink>(loop_, log_, worker, settings());
    forget_waiting();
    link->start();
    auto bad = accept();
    std::string welcome;
    broker::append_welcome(welcome);
    if (is_welcome) bad->send(welcome);
    for (std::size_t i = 0; !input.empty(); ++i) {
      worker.act(*link, answers, i);
      const auto wanted = static_cast<unsigned char>(piece_sizes[i % piece_sizes.size()]);
      const std::size_t size = std::min<std::size_t>(input.size(), wanted == 0 ? 4096 : wanted);
      bad->send(input.substr(0, size));
      input.remove_prefix(size);
      loop_.run_once(std::chrono::milliseconds(0));
      bad->read(false);
    }
    bad.reset();
    turns();
    if (ends_well) finish(*link, answers);
    link.reset();
    answers.nobody_is_there();
    turns();
    SC_ASSERT(loop_.connection_count() == 0);
  }

 private:
  LinkSettings settings() const {
    return {.path = std::string(address_.sun_path, sizeof address_.sun_path - 1),
            .secret_key = "secret"};
  }
  void turns() {
    for (int i = 0; i < 4; ++i) loop_.run_once(std::chrono::milliseconds(0));
  }
  // Of links that were lost and had connected again.
  void forget_waiting() const {
    for (int fd = 0; fd >= 0;) {
      fd = ::accept4(listen_fd_, nullptr, nullptr, SOCK_CLOEXEC);
      if (fd >= 0) ::close(fd);
    }
  }
  // The link connects at once, or after a while.
  std::unique_ptr<Broker> accept() {
    for (;;) {
      const int fd = ::accept4(listen_fd_, nullptr, nullptr, SOCK_CLOEXEC);
      if (fd >= 0) return std::make_unique<Broker>(fd);
      loop_.run_once(std::chrono::milliseconds(5));
    }
  }
  void finish(BrokerLink& link, const Answers& answers) {
    const auto good = accept();
    for (int i = 0; i < 20 && !(link.is_ready() && answers.all_came()); ++i) {
      loop_.run_once(std::chrono::milliseconds(0));
      good->read(true);
    }
    turns();
    SC_ASSERT(link.is_ready());
    SC_ASSERT(answers.all_came());
  }

  sockaddr_un address_{};
  int listen_fd_;
  base::NullLog log_;
  net::EventLoop loop_;
};

}  // namespace
}  // namespace socketcluster::exchange

// NOLINTNEXTLINE(readability-identifier-naming): the name is libFuzzer's.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace socketcluster::exchange;  // NOLINT: the function must be global
  static Scene scene;
  if (size >= 4) scene.play({reinterpret_cast<const char*>(data), size});
  return 0;
}
