// SPDX-License-Identifier: MIT
// Lets clients and an application do anything, in any order: the input drives what up to four
// clients send to a worker, and what the application does inside of every callback: events,
// middleware, channels, tokens, timers, HTTP, blocking work. Nothing may crash or leak, no callback
// may come after the end of the worker, and every on_answer is called exactly once.
//
// One stream of bytes decides everything, in the order in which it is asked; at its end clients and
// application do no more.
#include <sys/socket.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

#include <socketcluster/socketcluster.h>

#include "base/assert.h"
#include "base/log.h"
#include "handlers/application.h"
#include "handlers/client.h"
#include "handlers/input.h"
#include "handlers/tokens.h"
#include "http/http_connection.h"
#include "net/connection.h"
#include "server/worker_core.h"

namespace socketcluster::fuzz {
namespace {

using std::chrono::milliseconds;

Options worker_options(Input& in) {
  Options options;
  const std::uint8_t flags = in.byte();
  const bool hurries = (flags & 1U) != 0;
  options.ping_interval = hurries ? milliseconds(1) : milliseconds(3'600'000);
  options.ping_timeout = hurries ? milliseconds(3) : milliseconds(7'200'000);
  options.handshake_timeout = hurries ? milliseconds(2) : milliseconds(3'600'000);
  options.ack_timeout = hurries ? milliseconds(2) : milliseconds(3'600'000);
  options.batch_on_handshake = (flags & 2U) != 0;
  options.batch_on_handshake_duration = milliseconds(hurries ? 1 : 0);
  options.batch_interval = milliseconds(hurries ? 1 : 0);
  options.strict_handshake = (flags & 4U) != 0;
  constexpr std::array kVersions = {ProtocolVersion::kAuto, ProtocolVersion::kAuto,
                                    ProtocolVersion::kV1, ProtocolVersion::kV2};
  options.protocol_version = kVersions[flags >> 3U & 3U];
  if ((flags & 32U) != 0) {
    options.max_payload = 2048;
    options.outbound_soft_limit = 1024;
    options.outbound_hard_limit = 4096;
  }
  options.socket_channel_limit = (flags & 64U) != 0 ? 2 : 100;
  options.per_message_deflate.enabled = flags == 128;
  options.per_message_deflate.threshold = 0;
  return options;
}

class Theatre {
 public:
  Theatre(Input& in, base::Log& log)
      : in_(in),
        core_(std::make_unique<server::WorkerCore>(worker_options(in), log, keys())),
        application_(in, *core_) {
    service_.emplace(core_->routes(), http::HttpOptions{});
    if (in.one_in(4)) {
      codec_ = make_min_bin_codec();
      core_->api().server().set_codec(make_min_bin_codec());
    }
    if (!in.one_in(3)) application_.open_http();
    core_->api().server().on_connection([this](Socket& socket) { application_.connected(socket); });
  }

  void play() {
    const bool bag_goes_first = in_.one_in(2);
    const std::size_t rest = in_.below(64);  // of the input: for the end
    for (std::size_t left = in_.below(6); left > 0; --left) application_.act_safely({});
    for (int step = 0; step < kMaxSteps && in_.left() > rest; ++step) step_once();
    turn(rest < 32 ? 8 : 0);
    end(bag_goes_first);
  }

 private:
  static constexpr int kMaxSteps = 300;

  void step_once() {
    std::unique_ptr<Client>& client = clients_[in_.below(clients_.size())];
    if (client == nullptr) {
      connect(client);
    } else if (const std::size_t what = in_.below(12); what == 1) {
      client.reset();
    } else if (what == 2) {
      application_.act_safely({});
    } else {
      client->act();
      if (what == 3) return;  // more in the same turn
    }
    turn(1);
  }

  void connect(std::unique_ptr<Client>& client) {
    std::array<int, 2> fds{};
    SC_ASSERT(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds.data()) == 0);
    const int small = 4096;
    ::setsockopt(fds[0], SOL_SOCKET, SO_SNDBUF, &small, sizeof small);
    service_->serve(core_->loop().adopt(fds[0]));
    client = std::make_unique<Client>(in_, fds[1], codec_.get());
  }

  void turn(int times) {
    for (int i = 0; i < times; ++i) {
      core_->loop().run_once(milliseconds(0));
      if (!in_.one_in(3)) finish_job();
      for (const auto& client : clients_) {
        if (client != nullptr) client->read();
      }
    }
  }

  // Waits for a piece of blocking work until what it leads to has happened.
  void finish_job() {
    const auto job = application_.next_job();
    if (job == nullptr) return;
    job->gate.count_down();
    while (!job->is_gone) core_->loop().run_once(milliseconds(1));
  }

  // What the application keeps may go before the worker, or behind it.
  void end(bool bag_goes_first) {
    if (bag_goes_first) application_.empty_bag();
    application_.set_phase(Application::Phase::kEnding);
    application_.let_all_jobs_go();
    core_.reset();
    application_.set_phase(Application::Phase::kOver);
    SC_ASSERT(application_.open_answers() == 0);
    application_.empty_bag();
  }

  Input& in_;
  std::unique_ptr<Codec> codec_;  // of the clients; null: text
  std::optional<http::HttpService> service_;
  std::array<std::unique_ptr<Client>, 4> clients_;
  std::unique_ptr<server::WorkerCore> core_;
  Application application_;
};

}  // namespace
}  // namespace socketcluster::fuzz

// NOLINTNEXTLINE(readability-identifier-naming): the name is given
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t kMaxInput = 1024;
  if (size > kMaxInput) return 0;
  socketcluster::fuzz::Input in(data, size);
  socketcluster::base::NullLog log;
  socketcluster::fuzz::Theatre(in, log).play();
  return 0;
}
