// SPDX-License-Identifier: MIT
// Child: one worker or broker process from its start to its end, as the master sees it.
//
//   kStarting --"ready"--> kServing --end()--> kEnding --reaped--> kEnded
//        \______________________\_______________________________/
//
// It has ended when it is reaped and everything that it had said is heard: the last log entries
// come after the signal that it has died. A child that was told to end and does not is killed; so
// is one whose loop stands still, with SIGABRT first, so that its report shows where.
//
// Thread rule: loop thread only. Owned by the master, who destroys it after on_child_ended().
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <socketcluster/json.h>
#include <socketcluster/process_message.h>

#include "base/log.h"
#include "base/result.h"
#include "ipc/child_role.h"
#include "ipc/control_channel.h"
#include "ipc/descriptor_channel.h"
#include "net/event_loop.h"
#include "supervisor/connection_dealer.h"
#include "supervisor/output_reader.h"
#include "supervisor/process.h"
#include "supervisor/task_timer.h"

namespace socketcluster::supervisor {

class Child;

class ChildOwner {
 public:
  virtual void on_child_ready(Child& child) = 0;
  // An entry for the central log.
  virtual void on_child_log(Child& child, base::LogLevel level, std::string_view text,
                            std::chrono::system_clock::time_point time) = 0;
  // Any other message.
  virtual void on_child_message(Child& child, std::string_view type, const JsonObject& message,
                                MessageRespond respond) = 0;
  // The last call. Must not destroy the child before the end of the loop's iteration.
  virtual void on_child_ended(Child& child) = 0;

 protected:
  ~ChildOwner() = default;
};

// How all children are watched.
struct ChildRules {
  std::chrono::milliseconds hang_timeout{15000};  // 0: never
  std::chrono::milliseconds force_kill_timeout{15000};
  int force_kill_signal = 1;
};

struct ChildStart {
  ipc::Role role = ipc::Role::kWorker;
  std::uint32_t id = 0;
  bool is_respawn = false;
  int listen_fd = -1;     // inherited; stays the master's
  int redirect_fd = -1;   // likewise
  bool has_seat = false;  // connections are dealt to it
  JsonObject start = {};  // the first message
};

// How a process ended.
struct ChildExit {
  int code = 0;    // of a process that exited
  int signal = 0;  // that killed it; 0: none
  // "exited with code 1", "was killed by SIGSEGV"
  std::string text() const;
};

class Child final : public ConnectionDealer::Seat, private ipc::ControlHandler {
 public:
  enum class Phase : std::uint8_t { kStarting, kServing, kEnding, kEnded };

  // Starts the process. `loop`, `log` and `owner` must outlive it.
  static base::Result<std::unique_ptr<Child>> start(net::EventLoop& loop, base::Log& log,
                                                    ChildOwner& owner, const ProcessImage& image,
                                                    const ChildRules& rules,
                                                    const ChildStart& settings);
  // A process that still runs is killed and reaped.
  ~Child();

  ipc::Role role() const { return role_; }
  std::uint32_t id() const { return id_; }
  std::string name() const { return ipc::process_name(role_, id_); }
  pid_t pid() const { return pid_; }
  Phase phase() const { return phase_; }
  bool is_respawn() const { return is_respawn_; }
  bool has_been_ready() const { return has_been_ready_; }
  bool was_told_to_end() const { return was_told_to_end_; }
  bool is_reaped() const { return is_reaped_; }
  // Loop time.
  std::uint64_t started_ms() const { return started_ms_; }
  // Why it could not serve, in its own words; empty when it has not said.
  const std::string& failure() const { return failure_; }
  // REQUIRES: kEnded.
  const ChildExit& exit() const { return exit_; }

  ipc::ControlChannel& control() { return *control_; }

  // Tells it to end ("drain" or "stop"), and sees to it that it does.
  void end(std::string_view how);
  void kill(int signal) const;

  // ---- From the master ----
  // Its process has ended with this status of waitpid().
  void reaped(int wait_status);
  // About every second.
  void check_alive();
  // The master itself was stopped: whatever children have not said meanwhile does not count.
  void forgive() { heard_ms_ = loop_.now_ms(); }

 private:
  Child(net::EventLoop& loop, base::Log& log, ChildOwner& owner, const ChildRules& rules,
        const ChildStart& settings, pid_t pid, int control_fd, int deal_fd, int output_fd);

  void deal(ipc::NumberedDescriptor connection) override;
  void cancel(std::uint64_t number) override;
  void on_control(std::string_view type, const JsonObject& message,
                  MessageRespond respond) override;
  void on_control_closed() override;
  void take_log(const JsonObject& message);
  void escalate();
  void finish();

  net::EventLoop& loop_;
  base::Log& log_;
  ChildOwner& owner_;
  const ChildRules rules_;
  const ipc::Role role_;
  const std::uint32_t id_;
  const bool is_respawn_;
  const pid_t pid_;
  const std::uint64_t started_ms_;
  Phase phase_ = Phase::kStarting;
  bool has_been_ready_ = false;
  bool is_reaped_ = false;
  bool was_told_to_end_ = false;
  bool says_alive_ = false;
  bool hangs_ = false;
  int kills_ = 0;  // signals sent so far to end it
  std::uint64_t heard_ms_;
  std::string failure_;
  ChildExit exit_;
  std::unique_ptr<ipc::ControlChannel> control_;
  std::unique_ptr<ipc::DescriptorSender> connections_;
  std::unique_ptr<OutputReader> output_;
  TaskTimer kill_timer_;
  TaskTimer end_timer_;
};

}  // namespace socketcluster::supervisor
