// SPDX-License-Identifier: MIT
#include "broker_node/broker_core.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "base/constant_time.h"
#include "base/random.h"
#include "ipc/user_call.h"
#include "json/value.h"
#include "net/send_buffer.h"

namespace socketcluster::broker_node {
namespace {

broker::DataLimits data_limits(const Options& options) {
  broker::DataLimits limits;
  limits.memory_bytes = options.broker_data_limit;
  return limits;
}

base::SipKey random_key() {
  base::SystemRandom random;
  base::SipKey key;
  random.fill({reinterpret_cast<std::uint8_t*>(&key), sizeof key});
  return key;
}

}  // namespace

BrokerCore::BrokerCore(const Options& options, BrokerSettings settings, base::Log& log,
                       MasterPort& master)
    : options_(options),
      settings_(std::move(settings)),
      log_(log),
      master_(master),
      events_(loop_, log_),
      switchboard_(loop_, events_, random_key()),
      requests_(loop_, events_, data_limits(options_), settings_.sweep_interval),
      tasks_(loop_, log_),
      recovery_(loop_, log_, settings_.awaited_workers, settings_.recovery_timeout,
                [this] { end_recovery(); }),
      acceptor_(loop_, log_, settings_.listen_fd, [this](int fd) { accept(fd); }),
      status_(*this, options_.worker_status_interval),
      api_(*this) {
  acceptor_.set_room_check([this] { return sessions_.size() < settings_.max_sessions; });
}

// What user code has left waiting may refer to anything, so it goes while everything is there.
BrokerCore::~BrokerCore() {
  events_.stop();
  tasks_.stop();
  loop_.drop_connections();
}

base::Status BrokerCore::start() {
  if (options_.secret_key.empty()) {
    return base::Failure{"a broker needs a secret key (option secretKey)"};
  }
  return acceptor_.start();
}

BrokerFigures BrokerCore::figures() const {
  BrokerFigures figures;
  for (const WorkerSession* session : switchboard_.sessions()) {
    if (session->is_serving()) ++figures.workers;
  }
  figures.channels = switchboard_.channel_count();
  figures.subscriptions = switchboard_.subscription_count();
  figures.published = switchboard_.published_count();
  figures.delivered = switchboard_.delivered_count();
  figures.data_bytes = requests_.used_bytes();
  return figures;
}

// ---- Workers ----

void BrokerCore::accept(int fd) {
  net::raise_send_buffer(fd);
  SessionHost& host = *this;
  auto session =
      std::make_unique<WorkerSession>(loop_.adopt(fd), switchboard_, host, log_, settings_.session);
  const WorkerSession* key = session.get();
  sessions_.emplace(key, std::move(session));
}

bool BrokerCore::is_secret_key(std::string_view key) const {
  return base::equal_constant_time(options_.secret_key, key);
}

bool BrokerCore::on_worker_ready(WorkerSession& session) {
  recovery_.settled(session.worker_id());
  if (recovery_.is_over()) return true;
  held_.push_back(&session);
  return false;
}

void BrokerCore::end_recovery() {
  for (WorkerSession* session : std::exchange(held_, {})) session->resume();
}

void BrokerCore::on_request(WorkerSession& session, std::uint32_t id, std::string_view json) {
  requests_.take(session, id, json);
}

void BrokerCore::on_session_closed(WorkerSession& session) {
  std::erase(held_, &session);
  sessions_.erase(&session);
}

// ---- The controller ----

void BrokerCore::publish(std::string_view channel, const Json& data) {
  switchboard_.publish(channel, json::to_text(data));
}

// What the answer's handler throws is logged here, whoever calls it.
void BrokerCore::send_to_master(const Json& data, MessageAnswer answer) {
  if (!answer) return master_.send_to_master(data, nullptr);
  master_.send_to_master(data, [this, answer = std::move(answer)](const std::optional<Error>& error,
                                                                  const Json& value) {
    ipc::call_user(log_, "the handler of an answer of the master", [&] { answer(error, value); });
  });
}

void BrokerCore::set_master_message_handler(MessageHandler handler) {
  on_master_message_ =
      handler ? std::make_shared<const MessageHandler>(std::move(handler)) : nullptr;
}

void BrokerCore::take_master_message(const Json& data, MessageRespond respond) {
  if (on_master_message_ == nullptr) return;
  events_.message("a handler of the master's messages", on_master_message_, data,
                  std::move(respond));
}

}  // namespace socketcluster::broker_node
