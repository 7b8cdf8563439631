// SPDX-License-Identifier: MIT
#include "app/child_link.h"

#include <unistd.h>

#include <csignal>
#include <utility>

namespace socketcluster::app {

// Says once a second that the loop turns.
class ChildLink::AliveTimer final : public net::Timer {
 public:
  explicit AliveTimer(ChildLink& link) : link_(link) {}
  void arm() { link_.loop_.timers().arm(*this, link_.loop_.now_ms() + kIntervalMs); }

 private:
  static constexpr std::uint64_t kIntervalMs = 1000;
  void on_timer() override {
    link_.send({{"type", "alive"}});
    arm();
  }
  ChildLink& link_;
};

// A terminal sends SIGINT to the whole group, and people send SIGUSR2 to it: the master decides.
ChildLink::ChildLink(net::EventLoop& loop, int control_fd, ChildLog& log,
                     std::chrono::milliseconds ack_timeout)
    : loop_(loop),
      log_(log),
      ack_timeout_(ack_timeout),
      channel_(loop, control_fd, log, *this),
      signals_(loop, {SIGTERM}, [this](int /*number*/) { actions_->on_term_signal(); }),
      alive_(std::make_unique<AliveTimer>(*this)) {
  log_.attach(loop, channel_);
  alive_->arm();
}

ChildLink::~ChildLink() {
  log_.detach();
}

void ChildLink::flush() {
  constexpr std::chrono::milliseconds kTurn(20), kLongest(1000);
  const auto end = std::chrono::steady_clock::now() + kLongest;
  do {
    loop_.run_once(std::chrono::milliseconds(0));
    if (channel_.queued_bytes() == 0) return;
    loop_.run_once(kTurn);
  } while (channel_.queued_bytes() > 0 && std::chrono::steady_clock::now() < end);
}

void ChildLink::send_to_master(const Json& data, MessageAnswer answer) {
  JsonObject message{{"type", "message"}, {"data", data}};
  if (!answer) {
    if (const base::Status sent = channel_.send(message); !sent) log_.error(sent.error().text);
    return;
  }
  channel_.request(
      std::move(message), ack_timeout_,
      [this, answer = std::move(answer)](const std::optional<Error>& error, const Json& value) {
        ipc::call_user(log_, "the handler of an answer", [&] { answer(error, value); });
      });
}

void ChildLink::on_control(std::string_view type, const JsonObject& message,
                           MessageRespond respond) {
  if (type == "message") {
    const Json* const data = message.if_contains("data");
    actions_->on_master_message(data == nullptr ? Json() : *data, std::move(respond));
  } else if (type == "stop" || type == "drain") {
    actions_->end(type == "drain");
  } else {
    actions_->on_control(type, message, std::move(respond));
  }
}

// Nobody would start a lost process again, deal connections to it or read its log.
void ChildLink::on_control_closed() {
  ::_exit(1);
}

}  // namespace socketcluster::app
