// SPDX-License-Identifier: MIT
// WorkerCore: one worker process: its loop, listener, HTTP side, sockets, and the timers and slow
// work of user code. Its end destroys what waits (timers, work) before anything that it may refer
// to; no user code is called then.
//
//   WorkerCore worker(options, log);
//   controller(worker.api());
//   if (auto status = worker.listen(); !status) ...
//   worker.run();                              // until stop() or the end of begin_shutdown()
//
// Thread rule: one thread makes, runs and destroys it. Signals are the caller's business.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <socketcluster/options.h>
#include <socketcluster/worker.h>

#include "auth/token_keys.h"
#include "base/log.h"
#include "base/random.h"
#include "base/result.h"
#include "broker/exchange_engine.h"
#include "http/http_connection.h"
#include "http/router.h"
#include "http/static_files.h"
#include "ipc/user_tasks.h"
#include "net/event_loop.h"
#include "net/listener.h"
#include "server/access_log.h"
#include "server/blocking_pool.h"
#include "server/drain.h"
#include "server/http_routes.h"
#include "server/master_port.h"
#include "server/redirect_port.h"
#include "server/socket_server.h"
#include "server/status_meter.h"
#include "tls/handshakes.h"

namespace socketcluster::server {

class WorkerCore {
 public:
  // `options` are valid (see validate()); `log` must outlive it.
  WorkerCore(const Options& options, base::Log& log, auth::TokenKeys keys);
  WorkerCore(const WorkerCore&) = delete;
  WorkerCore& operator=(const WorkerCore&) = delete;
  ~WorkerCore();

  // Opens the access log, if there is to be one. Before anything is served.
  base::Status open_access_log();
  // Connections speak TLS. Before the first of them; later, to change what new ones are given.
  void use_tls(std::shared_ptr<const tls::Context> context);
  // Accepts connections from now on. `connection_limit` 0: none.
  base::Status listen(std::size_t connection_limit);
  std::uint16_t port() const { return listener_->port(); }
  // Calls the exit handler at its end.
  void run();
  // run() has ended because of `crashWorkerOnError`. The process is to end with exit code 1, and
  // without running user code any more: what the application holds is not to be relied on.
  bool has_crashed() const { return sockets_.has_crashed(); }
  // Ends run() at once.
  void stop() { loop_.stop(); }
  // Stops accepting, closes all sockets with a code on which clients reconnect, and ends run() when
  // they are gone, at the latest after `processTermTimeout`.
  void begin_shutdown();
  // The same for a worker whose place another one has taken already: clients are told in paced
  // batches, with a code on which they connect again at once.
  void begin_handover();

  // ---- Under a master. Call these before the worker controller runs. ----
  struct Place {
    std::uint32_t id = 0;
    MasterPort* master = nullptr;  // must outlive the worker; null: there is none
    // Connections on the loop that are no clients, beside those of the engine.
    std::size_t own_connections = 0;
  };
  void set_place(const Place& place) { place_ = place; }
  std::uint32_t id() const { return place_.id; }
  // Accepts connections on a listening socket that is taken over.
  base::Status listen_on(int fd, std::size_t connection_limit);
  // The same for plain HTTP, whose clients are sent to `https_port` unless the options name
  // another one.
  base::Status redirect_on(int fd, std::uint16_t https_port, std::size_t connection_limit);
  // Takes over a connection that the master has accepted; the loop tells when its first bytes have
  // come (EventLoop::set_first_bytes_handler). One beyond `connection_limit` is closed.
  void take_connection(int fd);
  void set_connection_limit(std::size_t limit) { connection_limit_ = limit; }

  // Joins this worker to other processes. Starts the engine. Before anything that could subscribe,
  // the worker controller above all. The worker destroys the engine when its loop has dropped all
  // connections.
  void set_exchange_engine(std::unique_ptr<broker::ExchangeEngine> engine) {
    sockets_.exchange().set_engine(std::move(engine));
  }

  // What the process has read or opened (certificates, logs) may have been replaced: calls the
  // hooks. On SIGHUP, to the process itself or by its master.
  void reread_files() {
    for (const auto& hook : reread_hooks_) hook();
  }
  // `hook` tells of its failures itself, and leaves things as they were then.
  void add_reread_hook(std::function<void()> hook) { reread_hooks_.push_back(std::move(hook)); }

  Worker& api() { return api_; }
  net::EventLoop& loop() { return loop_; }
  const Options& options() const { return sockets_.options(); }
  SocketServer& sockets() { return sockets_; }
  Http& http_api() { return http_api_; }

  HttpRoutes& routes() { return routes_; }
  const StatusMeter& status() const { return status_; }

  // ---- Messages ----
  void take_master_message(const Json& data, const MessageRespond& respond);
  void set_master_message_handler(MessageHandler handler);
  void send_to_master(const Json& data, MessageAnswer answer);
  void set_exit_handler(Worker::Task handler) { exit_handler_ = std::move(handler); }

  base::Status serve_static(const std::string& directory);
  ipc::UserTasks& tasks() { return tasks_; }
  void run_blocking(std::unique_ptr<BlockingJob> job);
  void sign_token(const JsonObject& claims, const AuthTokenOptions& options,
                  Worker::SignHandler done);

 private:
  void route();
  using ServeClient = void (WorkerCore::*)(net::Connection&);
  net::Listener::AcceptHandler accept_handler(ServeClient then);
  void serve(net::Connection& connection, ServeClient then);
  void serve_client(net::Connection& connection);
  void redirect_client(net::Connection& connection);
  base::Status open_redirect(std::size_t connection_limit);
  void warn_of_refusal(std::string_view why);
  void close_idle();
  void begin_drain(DrainPlan plan);
  bool has_clients() const;

  // In this order: the loop destroys its connections before what they refer to goes.
  base::Log& log_;
  base::SystemRandom random_;
  SocketServer sockets_;
  http::Router router_;
  HttpRoutes routes_;
  std::unique_ptr<http::StaticFiles> files_;
  http::HttpService http_;
  std::unique_ptr<tls::Handshakes> handshakes_;  // null: connections are not encrypted
  std::unique_ptr<RedirectPort> redirect_;       // null: there is none
  net::EventLoop loop_;
  std::unique_ptr<AccessLog> access_log_;  // outlived by the loop, but not by its connections
  std::unique_ptr<net::Listener> listener_;
  std::unique_ptr<net::Listener> redirect_listener_;
  net::SocketFile socket_file_;  // of the listener, without a master
  ipc::UserTasks tasks_;
  StatusMeter status_;
  std::unique_ptr<Drain> drain_;
  std::unique_ptr<BlockingPool> pool_;  // made when it is first needed
  bool is_ending_ = false;              // takes nothing new
  Place place_;
  std::size_t connection_limit_ = 0;
  std::uint64_t last_refusal_ms_ = 0;
  std::shared_ptr<const MessageHandler> master_message_handler_;
  Worker::Task exit_handler_;
  std::vector<std::function<void()>> reread_hooks_;
  Http http_api_;
  Worker api_;
};

}  // namespace socketcluster::server
