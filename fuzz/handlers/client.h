// SPDX-License-Identifier: MIT
// A client of the handlers fuzzer: sends what the input says, WebSocket or plain HTTP, and looks at
// no answer.
#pragma once

#include <unistd.h>

#include <string>
#include <string_view>

#include <socketcluster/codec.h>

#include "handlers/input.h"

namespace socketcluster::fuzz {

class Client {
 public:
  // `codec` null: text. It must outlive the client.
  Client(Input& in, int fd, const Codec* codec) : in_(in), fd_(fd), codec_(codec) { begin(); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  ~Client() { ::close(fd_); }

  void act();
  void read() const;

 private:
  void write(std::string_view bytes) const;
  void begin();
  void send_request();
  void act_over_http();
  std::string framed(const std::string& packet) const;
  std::string cid();
  std::string handshake();
  std::string packet();
  std::string channel_packet();
  void frames();

  Input& in_;
  int fd_;
  const Codec* codec_;
  bool is_deaf_ = false;
  bool speaks_http_ = false;
};

}  // namespace socketcluster::fuzz
