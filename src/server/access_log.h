// SPDX-License-Identifier: MIT
// The access log of a worker: one line for each HTTP request, WebSocket upgrades among them.
//
// Thread rule: loop thread only.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include <socketcluster/options.h>

#include "base/log.h"
#include "base/result.h"
#include "http/access_observer.h"
#include "net/event_loop.h"
#include "server/forwarding.h"
#include "server/log_file.h"

namespace socketcluster::server {

class AccessLog final : public http::AccessObserver {
 public:
  // REQUIRES: options.access_log is not empty. All references must outlive it.
  static base::Result<std::unique_ptr<AccessLog>> open(net::EventLoop& loop, base::Log& log,
                                                       const Options& options,
                                                       const Forwarding& forwarding);

  void on_answered(const http::AccessRecord& record) override;
  void reopen() { file_->reopen(); }
  void flush() { file_->flush(); }

 private:
  AccessLog(std::unique_ptr<LogFile> file, AccessLogFormat format, const Forwarding& forwarding)
      : file_(std::move(file)), format_(format), forwarding_(forwarding) {}
  // A proxy's client, if that can be believed.
  std::string client_of(const http::AccessRecord& record) const;

  std::unique_ptr<LogFile> file_;
  AccessLogFormat format_;
  const Forwarding& forwarding_;
  std::string line_;
};

}  // namespace socketcluster::server
