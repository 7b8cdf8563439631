// SPDX-License-Identifier: MIT
// ControlChannel: messages between a master and one of its children, over a UNIX stream socket.
//
//   u32 little endian: size of what follows | JSON text of an object whose member "type" is a text
//
// A message with the member "id" asks for an answer, which is
// {"type": "response", "id": <the same>, "data": ... | "error": ...}. Each side counts its own.
//
// Both ends are ours, but what travels holds data of applications and clients, so sizes are bounded
// and a message that cannot be read is left out with a warning instead of ending the process.
//
// Thread rule: loop thread only. Callbacks never run inside the call that registered them.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include <socketcluster/json.h>
#include <socketcluster/process_message.h>

#include "base/log.h"
#include "base/result.h"
#include "base/unique_function.h"
#include "net/event_loop.h"

namespace socketcluster::ipc {

class ControlChannel;

class ControlHandler {
 public:
  // A message other than a response; `type` is its member "type". Answer through `respond`, now or
  // later. May destroy the channel.
  virtual void on_control(std::string_view type, const JsonObject& message,
                          MessageRespond respond) = 0;
  // The other process has ended or broken the rules. Last call; may destroy the channel. Not called
  // by the channel's own close() or destructor.
  virtual void on_control_closed() = 0;

 protected:
  ~ControlHandler() = default;
};

class ControlChannel {
 public:
  using Answer = base::UniqueFunction<void(const std::optional<Error>& error, const Json& data)>;

  static constexpr std::size_t kMaxMessageBytes = std::size_t{16} * 1024 * 1024;
  // More than this waiting for a process that does not read ends the channel.
  static constexpr std::size_t kMaxQueuedBytes = std::size_t{64} * 1024 * 1024;

  // Takes over `fd`, a connected stream socket. `loop`, `log` and `handler` must outlive it.
  ControlChannel(net::EventLoop& loop, int fd, base::Log& log, ControlHandler& handler);
  ControlChannel(const ControlChannel&) = delete;
  ControlChannel& operator=(const ControlChannel&) = delete;
  // What was sent is still delivered while the loop runs. Pending answers are not called.
  ~ControlChannel();

  // Fails only when the message is too large. Without effect on a closed channel.
  base::Status send(const JsonObject& message);
  // `answer` is called exactly once: with the answer, TimeoutError after `timeout`,
  // ProcessExitError when the other side ends first, or an error when the message is too large.
  void request(JsonObject message, std::chrono::milliseconds timeout, Answer answer);

  bool is_open() const { return link_ != nullptr; }
  // Bytes that wait for the other process.
  std::size_t queued_bytes() const;
  // Delivers what is queued, then ends the connection. on_control_closed() is not called.
  void close();

 private:
  class Link;
  class Pending;
  class Sender;
  using PendingMap = std::unordered_map<std::uint64_t, std::unique_ptr<Pending>>;

  void receive(std::string_view text);
  void take_answer(const JsonObject& message);
  void settle(std::uint64_t id, const std::optional<Error>& error, const Json& data);
  void lost();

  net::EventLoop& loop_;
  base::Log& log_;
  ControlHandler& handler_;
  Link* link_ = nullptr;  // owns itself; null when closed
  std::uint64_t last_id_ = 0;
  PendingMap pending_;
  std::shared_ptr<ControlChannel*> self_;  // for what outlives the channel; null in it afterwards
};

// Sends one message and waits until the kernel has it: for a process that ends.
// REQUIRES: no ControlChannel has the descriptor.
base::Status write_message(int fd, const JsonObject& message);

// Waits for one message, and reads not a byte more: for a process that has no loop yet. Fails when
// the other end closes, or after `timeout`.
base::Result<JsonObject> read_message(int fd, std::chrono::milliseconds timeout);

// Two connected stream sockets, closed on exec.
struct SocketPair {
  int first = -1;
  int second = -1;
};
base::Result<SocketPair> make_control_pair();

}  // namespace socketcluster::ipc
