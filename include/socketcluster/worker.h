// SPDX-License-Identifier: MIT
// Worker: what a worker controller gets: the HTTP side, the sockets, timers, slow work, tokens.
//
// Thread rule: everything on the worker's loop thread, except post(). Handlers never run inside the
// call that registers them. Lifetime: the process. What a timer's, a posted or a finished piece of
// work's handler throws is a warning; with option `crashWorkerOnError` the worker then ends.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <socketcluster/blocking.h>
#include <socketcluster/handler.h>
#include <socketcluster/http.h>
#include <socketcluster/options.h>
#include <socketcluster/process_message.h>
#include <socketcluster/server.h>

namespace socketcluster {

namespace server {
class WorkerCore;
}

// How busy a worker is. Rates are those of the last `workerStatusInterval`; in the first one, of
// the time since the start.
struct WorkerStatus {
  // Sockets that have shaken hands.
  std::size_t client_count = 0;
  // HTTP requests per minute; a WebSocket's upgrade is one.
  double http_rpm = 0;
  // WebSocket connections and messages of clients per minute, pongs included.
  double ws_rpm = 0;
};

class Worker {
 public:
  using Task = Handler<void()>;
  using TimerId = std::uint64_t;

  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  const Options& options() const;
  Http& http();
  Server& server();
  Exchange& exchange() { return server().exchange(); }
  // The original's `getStatus`.
  WorkerStatus status() const;

  // ---- Among the processes of the instance ----
  // 0 to `workers` - 1. A worker that is started again has the id of the one before.
  std::uint32_t id() const;
  // Worker 0: for what one worker of several has to do.
  bool is_leader() const { return id() == 0; }
  // The same in all processes of an instance, and another one after the instance has been started
  // again.
  const std::string& instance_id() const;
  // Raises the master's handler of worker messages. `answer`, if any, is called exactly once.
  void send_to_master(const Json& data, MessageAnswer answer = nullptr);
  // `send_to_worker()` of the master. One handler: a later one replaces it, an empty one takes it
  // away.
  void on_master_message(MessageHandler handler);
  // The worker ends in order and its sockets are closed; the last call. Replaces an earlier one.
  void on_exit(Task handler);

  // Runs `task` once after `delay`, or every `interval` (at least 1 ms). A worker that ends
  // destroys tasks that are still to come.
  TimerId set_timeout(std::chrono::milliseconds delay, Task task);
  TimerId set_interval(std::chrono::milliseconds interval, Task task);
  // Without effect for a timer that is gone. May be called by the timer's own task.
  void clear_timer(TimerId timer);

  // Runs `task` on the loop thread, in order of posting. May be called from any thread.
  void post(Task task);

  // Runs `work` on a thread of a small pool (4 threads, made when they are needed), then
  // `done(BlockingResult<what work returns>)` on the loop. For what would hold up everybody else:
  // password hashes, files, databases. At most 10,000 pieces of work wait; beyond that `done` is
  // given an error at once.
  //
  // Both callables are destroyed on the loop thread, so they may capture handles (Socket, Respond,
  // HttpReply); `work` must not touch them, nor anything else of the loop thread. When the worker
  // ends, work that runs is finished, work that waits is dropped, and `done` of neither is called.
  template <typename Work>
  void run_blocking(Work work, Handler<void(BlockingResult<std::invoke_result_t<Work&>>)> done) {
    submit(std::make_unique<detail::BlockingCall<Work>>(std::move(work), std::move(done)));
  }

  // Signs a token as Socket::set_auth_token() does, with the server's auth engine, and gives it to
  // nobody: for a login over HTTP, whose client presents the token to its socket with
  // `authenticate(token)`. Without a token there is an error that says why.
  using SignHandler = Handler<void(const std::optional<Error>& error, const std::string& token)>;
  void sign_auth_token(const JsonObject& claims, const AuthTokenOptions& options, SignHandler done);
  void sign_auth_token(const JsonObject& claims, SignHandler done) {
    sign_auth_token(claims, {}, std::move(done));
  }

 private:
  friend class server::WorkerCore;
  explicit Worker(server::WorkerCore& core) : core_(core) {}
  ~Worker() = default;
  void submit(std::unique_ptr<BlockingJob> job);
  server::WorkerCore& core_;
};

}  // namespace socketcluster
