// SPDX-License-Identifier: MIT
// A process for tests of the master: it says that it serves, answers each connection with its name
// and ends when it is told to, unless options.custom has another word for its name ("worker 0"):
//
//   fail     says why it cannot serve     exit      ends with code 3 before it serves
//   hang     never comes to serve         die       serves, and is killed at once
//   freeze   shows life once, no more     stubborn  does not end when it is told to
//   ignore   takes connections and does nothing with them
//   talk     writes to its log and to standard error first
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <socketcluster/json.h>

#include "base/log.h"
#include "ipc/child_role.h"
#include "ipc/control_channel.h"
#include "ipc/descriptor_channel.h"
#include "net/event_loop.h"

namespace socketcluster {
namespace {

class Program final : public ipc::ControlHandler {
 public:
  Program(const ipc::ChildRole& role, std::string word)
      : name_(ipc::process_name(role.role, role.id)),
        word_(std::move(word)),
        control_(loop_, role.control_fd, log_, *this) {
    if (role.deal_fd < 0) return;
    connections_ = std::make_unique<ipc::DescriptorReceiver>(
        loop_, role.deal_fd, [this](ipc::NumberedDescriptor item) { take(item); });
  }

  int run() {
    send({{"type", "ready"}});
    if (word_ == "freeze") send({{"type", "alive"}});
    loop_.run_once(std::chrono::milliseconds(0));  // sends it
    if (word_ == "die") ::raise(SIGKILL);
    if (word_ == "freeze") ::pause();
    loop_.run();
    return 0;
  }

 private:
  void on_control(std::string_view type, const JsonObject& /*message*/,
                  MessageRespond /*respond*/) override {
    if ((type == "stop" || type == "drain") && word_ != "stubborn") loop_.stop();
  }
  void on_control_closed() override { ::_exit(9); }

  void take(ipc::NumberedDescriptor item) {
    if (word_ == "ignore") return;
    [[maybe_unused]] const ssize_t written = ::write(item.fd, name_.data(), name_.size());
    ::close(item.fd);
    const auto number = static_cast<std::int64_t>(item.number);
    send({{"type", "adopted"}, {"numbers", JsonArray{number}}});
  }
  void send(const JsonObject& message) { static_cast<void>(control_.send(message)); }

  const std::string name_;
  const std::string word_;
  base::NullLog log_;
  net::EventLoop loop_;
  ipc::ControlChannel control_;
  std::unique_ptr<ipc::DescriptorReceiver> connections_;
};

int run() {
  const auto role = ipc::take_child_role();
  if (!role || !*role) return 8;
  const auto start = ipc::read_message((*role)->control_fd, std::chrono::seconds(30));
  if (!start) return 7;
  const Json& custom = start->at("options").at("custom");
  const std::string word = text_of(custom, ipc::process_name((*role)->role, (*role)->id));
  const auto say = [&](const JsonObject& message) {
    static_cast<void>(ipc::write_message((*role)->control_fd, message));
  };
  if (word == "exit") return 3;
  if (word == "hang") ::pause();
  if (word == "fail") {
    say({{"type", "failed"}, {"text", "cannot serve today"}});
    return 1;
  }
  if (word == "talk") {
    say({{"type", "log"}, {"level", "warning"}, {"text", "a word"}, {"time", 86400000}});
    std::fputs("a line\n", stderr);
  }
  return Program(**role, word).run();
}

}  // namespace
}  // namespace socketcluster

int main() {
  return socketcluster::run();
}
