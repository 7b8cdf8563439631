// SPDX-License-Identifier: MIT
#include "app/worker_child.h"

#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "app/child_link.h"
#include "app/controllers.h"
#include "app/dealt_connections.h"
#include "app/memory_watch.h"
#include "app/process_setup.h"
#include "exchange/sharded_exchange.h"
#include "server/worker_core.h"
#include "tls/context.h"

namespace socketcluster::app {
namespace {

class WorkerChild final : public ChildActions {
 public:
  WorkerChild(server::WorkerCore& worker, ChildLink& link, const ipc::ChildRole& role,
              std::uint16_t port, std::size_t connection_limit)
      : worker_(worker),
        link_(link),
        role_(role),
        port_(port),
        connection_limit_(connection_limit),
        memory_(worker.loop(), worker.options().kill_worker_memory_threshold,
                worker.options().worker_status_interval,
                [this](std::size_t bytes) { ask_for_replacement(bytes); }) {}

  // Connections speak TLS from now on, or with something new.
  base::Status use_tls(const tls::Parcel& parcel) {
    auto context = tls::Context::create(worker_.options().protocol_options, parcel.credentials,
                                        parcel.ticket_keys);
    if (!context) return context.error();
    tls_ = std::move(*context);
    worker_.use_tls(tls_);
    return base::Status::ok();
  }

  // Every broker is connected: clients may come.
  void serve() {
    worker_.set_connection_limit(connection_limit_);
    if (is_ending_) return;
    failure_ = listen();
    if (!failure_) return worker_.stop();
    if (role_.deal_fd >= 0) dealt_.emplace(worker_, link_, role_.deal_fd);
    link_.send({{"type", "ready"}});
  }

  const base::Status& status() const { return failure_; }

 private:
  base::Status listen() {
    if (role_.redirect_fd >= 0) {
      base::Status status = worker_.redirect_on(role_.redirect_fd, port_, connection_limit_);
      if (!status) return status;
    }
    if (role_.listen_fd < 0) return base::Status::ok();
    return worker_.listen_on(role_.listen_fd, connection_limit_);
  }

  void on_master_message(const Json& data, MessageRespond respond) override {
    worker_.take_master_message(data, respond);
  }
  void on_control(std::string_view type, const JsonObject& message,
                  MessageRespond respond) override {
    if (type == "status") return respond(Json(worker_.status().report()));
    if (type == "ticketKeys") return take_ticket_keys(message);
    if (type != "reread") return;
    if (const Json* const tls = message.if_contains("tls")) take_certificates(*tls);
    worker_.reread_files();
  }

  // For connections that come from now on.
  void take_certificates(const Json& message) {
    const base::Result<tls::Parcel> parcel = tls::from_json(message);
    const base::Status status = parcel ? use_tls(*parcel) : parcel.error();
    if (!status) worker_.sockets().log().error(status.error().text);
  }

  void take_ticket_keys(const JsonObject& message) {
    const Json* const keys = message.if_contains("keys");
    if (keys == nullptr || tls_ == nullptr) return;
    base::Result<tls::TicketKeys> taken = tls::ticket_keys_from_json(*keys);
    if (!taken) return worker_.sockets().log().error(taken.error().text);
    tls_->set_ticket_keys(std::move(*taken));
  }

  // A signal to the whole process group comes beside the master's request.
  void end(bool another_serves) override {
    if (std::exchange(is_ending_, true)) return;
    if (dealt_) dealt_->give_back();
    another_serves ? worker_.begin_handover() : worker_.begin_shutdown();
  }

  void on_term_signal() override { end(false); }

  void ask_for_replacement(std::size_t bytes) {
    worker_.sockets().warn(
        "ResourceLimitError: worker " + std::to_string(role_.id) + " uses " +
        std::to_string(bytes) + " bytes of memory, more than killWorkerMemoryThreshold (" +
        std::to_string(worker_.options().kill_worker_memory_threshold) + "), and is replaced");
    link_.send({{"type", "replace"}, {"reason", "memory"}});
  }

  server::WorkerCore& worker_;
  ChildLink& link_;
  const ipc::ChildRole role_;
  const std::uint16_t port_;  // of the instance
  const std::size_t connection_limit_;
  base::Status failure_;
  bool is_ending_ = false;
  std::shared_ptr<tls::Context> tls_;  // null: connections are not encrypted
  std::optional<DealtConnections> dealt_;
  MemoryWatch memory_;
};

std::unique_ptr<exchange::ShardedExchange> make_exchange(server::WorkerCore& worker,
                                                         const ChildStart& start, base::Log& log) {
  exchange::ExchangeSettings settings{.paths = {},
                                      .secret_key = start.options.secret_key,
                                      .worker_id = worker.id(),
                                      .ack_timeout = start.options.ipc_ack_timeout};
  for (std::uint32_t id = 0; id < start.options.brokers; ++id) {
    settings.paths.push_back(start.broker_socket(id));
  }
  return std::make_unique<exchange::ShardedExchange>(worker.loop(), log, settings);
}

}  // namespace

base::Status run_worker_child(const ipc::ChildRole& role, const ChildStart& start,
                              const Controllers& own, ChildLog& log) {
  const base::Result<Controllers> controllers = worker_controllers(start.options, own);
  if (!controllers) return controllers.error();
  raise_descriptor_limit();
  const std::size_t limit = connection_limit(start.options, log);
  auto keys = load_token_keys(start.options);
  if (!keys) return keys.error();
  server::WorkerCore worker(start.options, log, std::move(*keys));
  ChildLink link(worker.loop(), role.control_fd, log, start.options.ipc_ack_timeout);
  worker.set_place({.id = role.id, .master = &link, .own_connections = ChildLink::kConnections});
  WorkerChild child(worker, link, role, start.port, limit);
  if (start.tls) {
    if (base::Status used = child.use_tls(*start.tls); !used) return used;
  }
  link.set_actions(child);
  auto exchange = make_exchange(worker, start, log);
  exchange->when_ready([&child] { child.serve(); });
  worker.set_exchange_engine(std::move(exchange));
  base::Status status = call_worker_controller(*controllers, worker);
  if (status) {
    worker.run();
    status = child.status();
  }
  link.flush();
  // No destructor of the application runs, and the kernel still delivers what was answered.
  if (worker.has_crashed()) std::_Exit(EXIT_FAILURE);
  return status;
}

}  // namespace socketcluster::app
