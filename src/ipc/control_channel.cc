// SPDX-License-Identifier: MIT
#include "ipc/control_channel.h"

#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <span>
#include <utility>

#include "json/value.h"
#include "net/connection.h"

namespace socketcluster::ipc {
namespace {

constexpr std::size_t kHeaderBytes = 4;

std::uint32_t read_size(const char* bytes) {
  std::uint32_t size = 0;
  for (std::size_t i = 0; i < kHeaderBytes; ++i) {
    size |= static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[i])) << (8 * i);
  }
  return size;
}

// The whole frame; empty when the message is too large.
std::string frame_of(const JsonObject& message) {
  const std::string text = json::to_text(message);
  if (text.size() > ControlChannel::kMaxMessageBytes) return {};
  std::string frame;
  frame.reserve(kHeaderBytes + text.size());
  for (std::size_t i = 0; i < kHeaderBytes; ++i) {
    frame += static_cast<char>(text.size() >> (8 * i) & 0xff);
  }
  return frame += text;
}

base::Failure too_large() {
  return {"a message to another process may have " +
          std::to_string(ControlChannel::kMaxMessageBytes) + " bytes at most"};
}

std::string_view type_of(const JsonObject& message) {
  const Json* const type = message.if_contains("type");
  return type != nullptr && type->is_string() ? std::string_view(type->get_string())
                                              : std::string_view();
}

std::optional<std::uint64_t> id_of(const JsonObject& message) {
  const Json* const id = message.if_contains("id");
  if (id == nullptr) return std::nullopt;
  if (id->is_uint64()) return id->get_uint64();
  if (id->is_int64() && id->get_int64() >= 0) return static_cast<std::uint64_t>(id->get_int64());
  return std::nullopt;
}

}  // namespace

// The connection's handler. Outlives the channel by the time that its last output takes.
class ControlChannel::Link final : public net::ConnectionHandler {
 public:
  Link(ControlChannel& owner, net::Connection& connection) : owner_(&owner) {
    connection.set_handler(*this);
  }

  net::Connection& connection() { return *connection_; }
  void forget_owner() { owner_ = nullptr; }

 private:
  void on_bytes(std::span<char> bytes) override {
    std::string_view rest(bytes.data(), bytes.size());
    while (owner_ != nullptr && !rest.empty()) {
      const std::size_t wanted = wanted_bytes();
      const std::size_t taken = std::min(wanted - partial_.size(), rest.size());
      partial_.append(rest.substr(0, taken));
      rest.remove_prefix(taken);
      if (partial_.size() == wanted && !take_part()) return;
    }
  }

  // Of the header, then of header and text.
  std::size_t wanted_bytes() const {
    if (partial_.size() < kHeaderBytes) return kHeaderBytes;
    return kHeaderBytes + read_size(partial_.data());
  }

  // Returns whether to go on.
  bool take_part() {
    const std::size_t size = read_size(partial_.data());
    if (size > kMaxMessageBytes || size == 0) {
      connection_->abort();
      return false;
    }
    if (partial_.size() < kHeaderBytes + size) return true;
    const std::string message = std::exchange(partial_, {});
    owner_->receive(std::string_view(message).substr(kHeaderBytes));
    return true;
  }

  void on_closed() override {
    if (owner_ != nullptr) owner_->lost();
    delete this;
  }

  const net::OutputLimits& output_limits() const override {
    // Reading goes on whatever waits, or two processes could wait for each other.
    static constexpr net::OutputLimits kLimits{.soft_bytes = kMaxQueuedBytes,
                                               .hard_bytes = kMaxQueuedBytes};
    return kLimits;
  }

  ControlChannel* owner_;
  std::string partial_;
};

class ControlChannel::Pending final : public net::Timer {
 public:
  Pending(ControlChannel& channel, std::uint64_t id, Answer answer)
      : answer_(std::move(answer)), channel_(channel), id_(id) {}
  Answer take() { return std::move(answer_); }

 private:
  void on_timer() override {
    channel_.settle(id_, Error("TimeoutError", "IPC response timed out"), Json());
  }

  Answer answer_;
  ControlChannel& channel_;
  std::uint64_t id_;
};

// What a MessageRespond answers through.
class ControlChannel::Sender final : public detail::MessageSender {
 public:
  Sender(std::shared_ptr<ControlChannel*> channel, std::uint64_t id)
      : channel_(std::move(channel)), id_(id) {}

  bool is_waiting() const override { return channel_ != nullptr && *channel_ != nullptr; }
  void answer(const Error* error, const Json& data) override {
    if (!is_waiting()) return;
    ControlChannel& channel = **std::exchange(channel_, nullptr);
    JsonObject response{{"type", "response"}, {"id", id_}};
    response.emplace(error != nullptr ? "error" : "data", error != nullptr ? error->json() : data);
    if (const base::Status sent = channel.send(response); !sent) {
      const Error refusal(sent.error().text);
      static_cast<void>(
          channel.send({{"type", "response"}, {"id", id_}, {"error", refusal.json()}}));
    }
  }

 private:
  std::shared_ptr<ControlChannel*> channel_;
  std::uint64_t id_;
};

ControlChannel::ControlChannel(net::EventLoop& loop, int fd, base::Log& log,
                               ControlHandler& handler)
    : loop_(loop),
      log_(log),
      handler_(handler),
      link_(new Link(*this, loop.adopt(fd))),
      self_(std::make_shared<ControlChannel*>(this)) {}

ControlChannel::~ControlChannel() {
  close();
  *self_ = nullptr;
}

void ControlChannel::close() {
  if (link_ == nullptr) return;
  Link* const link = std::exchange(link_, nullptr);
  link->forget_owner();
  link->connection().close();
}

void ControlChannel::lost() {
  link_ = nullptr;
  const auto self = self_;  // an answer may destroy the channel
  const Error error("ProcessExitError", "The process ended before it answered");
  for (auto& [id, pending] : std::exchange(pending_, {})) {
    pending->take()(error, Json());
    if (*self == nullptr) return;
  }
  handler_.on_control_closed();
}

base::Status ControlChannel::send(const JsonObject& message) {
  if (link_ == nullptr) return base::Status::ok();
  const std::string frame = frame_of(message);
  if (frame.empty()) return too_large();
  link_->connection().write_copy(frame);
  return base::Status::ok();
}

std::size_t ControlChannel::queued_bytes() const {
  return link_ == nullptr ? 0 : link_->connection().queued_bytes();
}

void ControlChannel::request(JsonObject message, std::chrono::milliseconds timeout, Answer answer) {
  const std::uint64_t id = ++last_id_;
  message["id"] = id;
  std::optional<Error> error;
  if (link_ == nullptr) error.emplace("ProcessExitError", "The process has ended");
  if (const base::Status sent = send(message); !sent) error.emplace(sent.error().text);
  auto pending = std::make_unique<Pending>(*this, id, std::move(answer));
  loop_.timers().arm(*pending, loop_.now_ms() + static_cast<std::uint64_t>(timeout.count()));
  pending_.emplace(id, std::move(pending));
  if (!error) return;
  loop_.defer([self = self_, id, error = std::move(error)] {
    if (*self != nullptr) (*self)->settle(id, error, Json());
  });
}

void ControlChannel::settle(std::uint64_t id, const std::optional<Error>& error, const Json& data) {
  const auto found = pending_.extract(id);
  if (!found.empty()) found.mapped()->take()(error, data);
}

void ControlChannel::take_answer(const JsonObject& message) {
  const auto id = id_of(message);
  if (!id) return;
  const Json* const error = message.if_contains("error");
  const Json* const data = message.if_contains("data");
  std::optional<Error> failure;
  if (error != nullptr) failure = Error::from_json(*error);
  settle(*id, failure, data == nullptr ? Json() : *data);
}

void ControlChannel::receive(std::string_view text) {
  const std::optional<Json> value = json::parse_json(text);
  const JsonObject* const message = value ? value->if_object() : nullptr;
  const std::string_view type = message == nullptr ? std::string_view() : type_of(*message);
  if (type.empty()) {
    log_.warning("a message of another process was no valid JSON and is left out");
    return;
  }
  if (type == "response") return take_answer(*message);
  const auto id = id_of(*message);
  MessageRespond respond;
  if (id) respond = MessageRespond(std::make_shared<Sender>(self_, *id));
  handler_.on_control(type, *message, std::move(respond));
}

// ---- Without a loop ----

base::Status write_message(int fd, const JsonObject& message) {
  const std::string frame = frame_of(message);
  if (frame.empty()) return too_large();
  std::string_view rest = frame;
  while (!rest.empty()) {
    const ssize_t sent = ::send(fd, rest.data(), rest.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) return base::Failure{std::string("control socket: ") + std::strerror(errno)};
    rest.remove_prefix(static_cast<std::size_t>(sent));
  }
  return base::Status::ok();
}

namespace {

base::Status read_exactly(int fd, std::span<char> into, std::chrono::milliseconds timeout) {
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  while (!into.empty()) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        deadline - std::chrono::steady_clock::now());
    pollfd waiting{fd, POLLIN, 0};
    const int ready =
        ::poll(&waiting, 1, static_cast<int>(std::max<std::int64_t>(0, left.count())));
    if (ready < 0 && errno == EINTR) continue;
    if (ready == 0) return base::Failure{"the master has sent nothing in time"};
    const ssize_t size = ::recv(fd, into.data(), into.size(), MSG_DONTWAIT);
    if (size < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (size <= 0) return base::Failure{"the master has ended"};
    into = into.subspan(static_cast<std::size_t>(size));
  }
  return base::Status::ok();
}

}  // namespace

base::Result<JsonObject> read_message(int fd, std::chrono::milliseconds timeout) {
  char header[kHeaderBytes];
  if (base::Status read = read_exactly(fd, header, timeout); !read) return read.error();
  const std::size_t size = read_size(header);
  if (size > ControlChannel::kMaxMessageBytes) return too_large();
  std::string text(size, '\0');
  if (base::Status read = read_exactly(fd, text, timeout); !read) return read.error();
  std::optional<Json> message = json::parse_json(text);
  if (!message || !message->is_object()) return base::Failure{"the master's message is no JSON"};
  return std::move(message->get_object());
}

base::Result<SocketPair> make_control_pair() {
  int fds[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) == 0) {
    return SocketPair{fds[0], fds[1]};
  }
  return base::Failure{std::string("cannot make a socket pair: ") + std::strerror(errno)};
}

}  // namespace socketcluster::ipc
