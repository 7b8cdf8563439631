// SPDX-License-Identifier: MIT
// Serves HTTP/1.x on one connection: keep-alive, pipelining in order, time-outs, and the hand-over
// at an upgrade. HttpService holds what all connections share.
//
//   idle --bytes--> reading --complete--> awaiting --respond()--> [streaming | pushing] --> idle |
//   closing
//                      |                      `--take_over()--> ended
//                      `--malformed, too large, too slow--> error response --> closing
//
// While a response is awaited, streamed, or waits for the peer, what the peer sends is not looked
// at: at most one read of it is kept, then reading pauses. The parser exists only while a request
// does, so an idle connection is small. Thread rule: loop thread only. Lifetime: owns itself, from
// HttpService::serve() until its connection is closed or taken over.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "http/access_observer.h"
#include "http/exchange.h"
#include "http/http_date.h"
#include "http/limits.h"
#include "net/connection.h"
#include "net/event_loop.h"

namespace socketcluster::http {

struct HttpOptions {
  RequestLimits limits;
  // From accept or the first byte to the end of the head, and from there, and from each further
  // HttpConnection::kBodyProgress bytes, to as many more or the end of the body; then 408.
  std::uint64_t request_timeout_ms = 10'000;
  std::uint64_t keep_alive_timeout_ms = 65'000;  // between requests; then closed
  std::uint64_t send_timeout_ms = 60'000;        // the peer takes nothing of a response; then reset
  std::string strict_transport_security{};       // a header of every response; empty: none
};

struct HttpCounters {
  std::uint64_t connections = 0;  // since the start
  std::uint64_t requests = 0;     // complete and well-formed
  std::uint64_t refused = 0;      // malformed or beyond a limit
  std::uint64_t timed_out = 0;    // begun and not finished in time
  std::uint64_t taken_over = 0;   // left HTTP
};

class HttpService {
 public:
  using WallClock = std::int64_t (*)();  // seconds since 1970-01-01 UTC
  static std::int64_t system_clock_seconds();

  // `handler` must outlive the service, the service all its connections.
  HttpService(RequestHandler& handler, const HttpOptions& options,
              WallClock clock = &system_clock_seconds);
  HttpService(const HttpService&) = delete;
  HttpService& operator=(const HttpService&) = delete;

  // Serves HTTP on a connection that has no handler yet.
  void serve(net::Connection& connection);
  // For an orderly end: closes the connections on which no request has begun, and every other one
  // behind its response.
  void begin_shutdown();
  // Requests have begun and their responses were not yet given to the kernel as a whole. Streams of
  // events (text/event-stream) don't count: they never end by themselves, and their clients come
  // again.
  bool has_requests() const;
  // Is told of every request; null: nobody is. Must outlive the connections.
  void set_observer(AccessObserver* observer) { observer_ = observer; }
  const HttpCounters& counters() const { return counters_; }
  // Open ones that have not left HTTP.
  std::size_t connection_count() const { return connections_.size(); }
  const HttpOptions& options() const { return options_; }

 private:
  friend class HttpConnection;
  RequestHandler& handler_;
  HttpOptions options_;
  WallClock clock_;
  DateCache date_;
  AccessObserver* observer_ = nullptr;
  HttpCounters counters_;
  std::vector<HttpConnection*> connections_;
  bool is_ending_ = false;
};

class HttpConnection final : public net::ConnectionHandler, private net::Timer {
 public:
  HttpConnection(const HttpConnection&) = delete;
  HttpConnection& operator=(const HttpConnection&) = delete;

 private:
  friend class HttpService;
  friend class BodyWriter;
  friend class Exchange;
  friend struct std::default_delete<HttpConnection>;
  struct Current;  // the request that is being read or answered; current_request.h

  // Output that waits for the peer beyond this postpones the next pipelined request.
  static constexpr std::size_t kMaxWaitingOutput = std::size_t{64} * 1024;
  static constexpr std::size_t kStreamWindow = std::size_t{256} * 1024;
  static constexpr std::size_t kStreamPiece = std::size_t{64} * 1024;
  // The least that must come of a body within the time-out: nobody can send one for ever.
  static constexpr std::size_t kBodyProgress = std::size_t{8} * 1024;

  explicit HttpConnection(HttpService& service);
  ~HttpConnection();

  void on_bytes(std::span<char> bytes) override;
  void on_end() override;
  void on_backlog_sent() override;
  void on_drain() override;
  void on_closed() override;
  void on_timer() override;

  // Reading.
  void process(std::span<char> bytes);
  void dispatch(std::span<char> rest);
  void note_body(std::size_t size);
  void refuse(int status);
  void keep(std::span<char> bytes);
  bool is_blocked() const;
  bool is_idle() const;
  bool is_busy() const;

  // Answering; called by Exchange.
  bool awaits(std::uint64_t number) const;
  const Request& request() const;
  void respond(Response response, std::uint64_t length, std::unique_ptr<BodySource> body);
  std::optional<Takeover> take_over();
  void write_head(const Response& response, HeadContext context);
  bool keeps_alive_after(const Response& response) const;
  void stream();
  bool stream_pieces();
  bool can_stream_file() const;
  bool stream_file();

  // A body that is pushed; called by Exchange and BodyWriter. See pushed_body.cc.
  void begin_stream(const Response& response, std::optional<std::uint64_t> length,
                    StreamObserver observer);
  bool streams(std::uint64_t number) const;
  bool push(std::string_view bytes);
  void end_stream();
  void cut_stream();
  void pump();
  void tell_drained();
  void finish_response();

  // For the observer of the service, if there is one.
  void begin_record();
  void tell_observer();

  // Going on in a later iteration, when the output of this one has met the kernel.
  void schedule_resume();
  void close_idle();
  void resume();
  bool is_open() const { return connection_ != nullptr && connection_->is_open(); }
  void arm_timer(std::uint64_t timeout_ms);

  HttpService& service_;
  std::unique_ptr<Current> current_;
  std::shared_ptr<Exchange::Link> link_;  // made with the first request
  std::string kept_;                      // input that has to wait
  std::uint64_t request_number_ = 0;
  std::size_t index_;  // among the connections of the service
  bool in_handler_ : 1 = false;
  bool resume_scheduled_ : 1 = false;
  bool peer_ended_ : 1 = false;
  bool closes_after_output_ : 1 = false;
};

}  // namespace socketcluster::http
