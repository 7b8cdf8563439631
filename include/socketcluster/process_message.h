// SPDX-License-Identifier: MIT
// Messages between the processes of a server: what master, workers and brokers tell each other.
//
//   worker.on_master_message([](const sc::Json& data, sc::MessageRespond respond) {
//     respond({{"received", data}});
//   });
//
// Thread rule: the loop thread of the process only.
#pragma once

#include <concepts>
#include <memory>
#include <optional>
#include <string>

#include <socketcluster/error.h>
#include <socketcluster/handler.h>
#include <socketcluster/json.h>

namespace socketcluster {

namespace detail {
// The process that waits for an answer.
class MessageSender {
 public:
  virtual ~MessageSender() = default;
  // `error` null: success. Only the first call has an effect.
  virtual void answer(const Error* error, const Json& data) = 0;
  virtual bool is_waiting() const = 0;
};
}  // namespace detail

// Answers one message of another process; copies answer the same one. Answering when nobody waits,
// a second time, or after that process has ended has no effect. A message that is never answered
// ends for its sender with the option `ipcAckTimeout`.
class MessageRespond {
 public:
  MessageRespond() = default;  // answers nothing
  explicit MessageRespond(std::shared_ptr<detail::MessageSender> sender)
      : sender_(std::move(sender)) {}

  // Success, without data or with data.
  void operator()() const { answer(nullptr, Json()); }
  void operator()(const Json& data) const { answer(nullptr, data); }
  // Failure. Takes nothing but an Error, so that braces mean data: respond({{"sum", 5}}).
  template <std::same_as<Error> E>
  void operator()(const E& error) const {
    answer(&error, Json());
  }

  // The sender waits for an answer and has not got it.
  bool is_wanted() const { return sender_ != nullptr && sender_->is_waiting(); }

 private:
  void answer(const Error* error, const Json& data) const {
    if (sender_ != nullptr) sender_->answer(error, data);
  }
  std::shared_ptr<detail::MessageSender> sender_;
};

// A coroutine that handled the message has failed after it had waited.
inline void coroutine_failed(const MessageRespond& respond, const std::string& text) {
  respond(Error(text));
}

// A message: its data (null when there was none) and the way to answer it.
using MessageHandler = Handler<void(const Json& data, MessageRespond respond)>;
// The answer to a message: `error` is empty on success. TimeoutError when it did not come within
// `ipcAckTimeout`, ProcessExitError when the other process ended before it answered.
using MessageAnswer = Handler<void(const std::optional<Error>& error, const Json& data)>;

}  // namespace socketcluster
