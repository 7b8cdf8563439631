// SPDX-License-Identifier: MIT
// What the service manager, such as systemd, is told about this server: that it serves, reloads or
// stops, a line for people, and at fixed times that it lives. Each is a datagram to the socket that
// NOTIFY_SOCKET names, as sd_notify(3) describes. Without that variable nothing is told.
//
// Thread rule: loop thread; the settings are taken before there are others.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <string>
#include <string_view>

#include "base/descriptor.h"
#include "base/log.h"
#include "net/event_loop.h"
#include "supervisor/task_timer.h"

namespace socketcluster::supervisor {

struct ServiceSettings {
  std::string socket = {};  // a path, or a name in the kernel that begins with '@'; empty: none
  std::chrono::microseconds watchdog{0};  // how often a sign of life is due; 0: never
};

// From NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID, which leave the environment: they are meant
// for this process and for none that it starts.
ServiceSettings take_service_settings();

class ServiceManager {
 public:
  // `loop` and `log` must outlive it. A socket that cannot be used is a warning.
  ServiceManager(net::EventLoop& loop, base::Log& log, ServiceSettings settings);
  ServiceManager(const ServiceManager&) = delete;
  ServiceManager& operator=(const ServiceManager&) = delete;

  // Everything serves; also after reloading(). Signs of life begin.
  void ready(std::string_view status);
  // Workers are being replaced; ready() follows.
  void reloading(std::string_view status);
  void stopping(std::string_view status);
  // A line for people, when it differs from the last one.
  void set_status(std::string_view status);

 private:
  int open();
  void tell(std::string_view state, std::string_view status);
  void give_sign_of_life();
  bool send(std::string_view text, int flags) const;
  void warn(int error);

  net::EventLoop& loop_;
  base::Log& log_;
  const ServiceSettings settings_;
  TaskTimer watchdog_;
  std::string status_;
  base::Descriptor socket_;
  bool has_warned_ = false;
};

}  // namespace socketcluster::supervisor
