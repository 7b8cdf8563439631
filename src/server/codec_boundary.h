// SPDX-License-Identifier: MIT
// CodecBoundary: the codec of the application, which may throw as any of its code may. Bytes of a
// client at which it throws are not of its making; a packet at which it throws cannot be sent.
//
// Thread rule: loop thread only. Owned by SocketServer.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include <socketcluster/codec.h>

#include "net/event_loop.h"
#include "server/worker_log.h"

namespace socketcluster::server {

class CodecBoundary {
 public:
  using Warn = std::function<void(const std::string& text)>;

  // `loop` and `log` must outlive it; `codec` is not null. Throws what the codec throws when it is
  // asked whether it is binary.
  CodecBoundary(net::EventLoop& loop, WorkerLog& log, Warn warn, std::unique_ptr<Codec> codec);

  bool is_binary() const { return is_binary_; }
  // False: the message is raw, and `packet_json` says nothing.
  bool decode(std::string_view frame, bool is_binary, std::string& packet_json);
  // False: the codec threw.
  bool encode(std::string_view packet_json, std::string& frame);

 private:
  void decoding_threw(std::string_view what);

  net::EventLoop& loop_;
  WorkerLog& log_;
  const Warn warn_;
  const std::unique_ptr<Codec> codec_;
  const bool is_binary_;
  std::uint64_t next_warning_ms_ = 0;
};

}  // namespace socketcluster::server
