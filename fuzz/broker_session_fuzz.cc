// SPDX-License-Identifier: MIT
// A broker process with a well-behaved worker and one that sends the input, in pieces whose sizes
// the input chooses, with or without a good beginning. Whatever comes, the broker goes on serving
// the first, and nothing is left of the other.
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>

#include "base/assert.h"
#include "base/log.h"
#include "broker/frames.h"
#include "broker_node/broker_core.h"

namespace socketcluster::broker_node {
namespace {

class NoMaster final : public MasterPort {
 public:
  void send_to_master(const Json& /*data*/, MessageAnswer /*answer*/) override {}
};

// The other end of a connection, which reads everything.
class Peer final : public broker::FrameSink {
 public:
  explicit Peer(const sockaddr_un& address)
      : fd_(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {
    SC_ASSERT(::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  }
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;
  ~Peer() { ::close(fd_); }

  void send(std::string_view bytes) {
    [[maybe_unused]] const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  }
  void read() {
    std::array<char, 65536> buffer;
    for (;;) {
      const ssize_t size = ::recv(fd_, buffer.data(), buffer.size(), 0);
      if (size <= 0) return;
      // The broker's own frames are well formed whatever it was sent.
      SC_ASSERT(reader_.read({buffer.data(), static_cast<std::size_t>(size)}, *this));
    }
  }
  std::uint64_t processed = 0;
  std::string last_message;

 private:
  Go on_frame(const broker::Frame& frame) override {
    if (frame.kind == broker::FrameKind::kProcessed) {
      SC_ASSERT(frame.count > processed);
      processed = frame.count;
    }
    if (frame.kind == broker::FrameKind::kMessage) last_message = frame.body;
    return Go::kOn;
  }
  int fd_;
  broker::FrameReader reader_{broker::FrameOrigin::kBroker};
};

class Scene {
 public:
  Scene() {
    // A name without a file.
    address_.sun_family = AF_UNIX;
    std::snprintf(address_.sun_path + 1, sizeof address_.sun_path - 1, "sc-broker-fuzz-%d",
                  static_cast<int>(::getpid()));
    BrokerSettings settings;
    settings.listen_fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    const auto* address = reinterpret_cast<const sockaddr*>(&address_);
    SC_ASSERT(::bind(settings.listen_fd, address, sizeof address_) == 0);
    SC_ASSERT(::listen(settings.listen_fd, 16) == 0);
    Options options;
    options.secret_key = "secret";
    core_ = std::make_unique<BrokerCore>(options, settings, log_, master_);
    Broker& api = core_->api();
    api.on_subscribe([](const std::string& /*channel*/) {});
    api.on_unsubscribe([](const std::string& /*channel*/) {});
    api.on_publish([](const std::string& /*channel*/, const Json& /*data*/) {});
    api.on_message([](const Json& data, const MessageRespond& respond) { respond(data); });
    api.procedure("throw",
                  [](const Json& /*data*/, const MessageRespond& /*respond*/) { throw 1; });
    SC_ASSERT(core_->start());
    std::string hello;
    broker::append_hello(hello, 1, "secret");
    broker::append_subscribe(hello, "news");
    broker::append_ready(hello);
    good_ = std::make_unique<Peer>(address_);
    good_->send(hello);
    turns();
  }
  Scene(const Scene&) = delete;
  Scene& operator=(const Scene&) = delete;

  void turns(int count = 4) {
    for (int i = 0; i < count; ++i) core_->loop().run_once(std::chrono::milliseconds(0));
  }

  void play(std::string_view input) {
    const bool has_hello = (static_cast<unsigned char>(input[0]) & 1U) != 0;
    const std::string_view piece_sizes = input.substr(1, 3);
    input.remove_prefix(4);
    auto bad = std::make_unique<Peer>(address_);
    std::string hello;
    broker::append_hello(hello, 2, "secret");
    if (has_hello) bad->send(hello);
    for (std::size_t i = 0; !input.empty(); ++i) {
      const auto wanted = static_cast<unsigned char>(piece_sizes[i % piece_sizes.size()]);
      const std::size_t size = std::min<std::size_t>(input.size(), wanted == 0 ? 4096 : wanted);
      bad->send(input.substr(0, size));
      input.remove_prefix(size);
      turns(1);
      bad->read();
    }
    turns();
    bad.reset();
    check();
  }

 private:
  // The well-behaved worker is still served, and is the only one that is left.
  void check() {
    const std::string data = std::to_string(++rounds_);
    std::string publish;
    broker::append_publish(publish, "news", data);
    good_->send(publish);
    turns(6);
    good_->read();
    SC_ASSERT(good_->processed == rounds_ + 1);
    SC_ASSERT(good_->last_message == data);
    SC_ASSERT(core_->figures().channels == 1);
    SC_ASSERT(core_->loop().connection_count() == 1);
    core_->api().data().remove_all();
  }

  sockaddr_un address_{};
  base::NullLog log_;
  NoMaster master_;
  std::unique_ptr<BrokerCore> core_;
  std::unique_ptr<Peer> good_;
  std::uint64_t rounds_ = 0;
};

}  // namespace
}  // namespace socketcluster::broker_node

// NOLINTNEXTLINE(readability-identifier-naming): the name is libFuzzer's.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace socketcluster::broker_node;  // NOLINT: the function must be global
  static Scene scene;
  if (size >= 4) scene.play({reinterpret_cast<const char*>(data), size});
  return 0;
}
