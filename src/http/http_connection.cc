// SPDX-License-Identifier: MIT
#include "http/http_connection.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/assert.h"
#include "base/shared_bytes.h"
#include "http/current_request.h"

namespace socketcluster::http {
namespace {

// The body of a response that is too large to be queued at once.
class StringBody final : public BodySource {
 public:
  explicit StringBody(std::string text) : text_(std::move(text)) {}
  std::size_t read(std::span<char> buffer) override {
    const std::size_t size = text_.copy(buffer.data(), buffer.size(), position_);
    position_ += size;
    return size;
  }

 private:
  std::string text_;
  std::size_t position_ = 0;
};

}  // namespace

// ---- HttpService -------------------------------------------------------------------------------

std::int64_t HttpService::system_clock_seconds() {
  return std::chrono::duration_cast<std::chrono::seconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

HttpService::HttpService(RequestHandler& handler, const HttpOptions& options, WallClock clock)
    : handler_(handler), options_(options), clock_(clock) {}

void HttpService::serve(net::Connection& connection) {
  auto* http = new HttpConnection(*this);  // owns itself, see on_closed() and take_over()
  connection.set_handler(*http);
  ++counters_.connections;
  http->arm_timer(options_.request_timeout_ms);
}

void HttpService::begin_shutdown() {
  is_ending_ = true;
  for (HttpConnection* http : connections_) {
    if (http->is_idle() && http->is_open()) http->connection_->close();
  }
}

bool HttpService::has_requests() const {
  return std::any_of(connections_.begin(), connections_.end(),
                     [](const HttpConnection* http) { return http->is_busy(); });
}

// ---- Events of the connection ------------------------------------------------------------------

HttpConnection::HttpConnection(HttpService& service)
    : service_(service), index_(service.connections_.size()) {
  service_.connections_.push_back(this);
}

HttpConnection::~HttpConnection() {
  service_.connections_[index_] = service_.connections_.back();
  service_.connections_[index_]->index_ = index_;
  service_.connections_.pop_back();
  if (link_ != nullptr) link_->connection = nullptr;
  tell_observer();
  if (current_ == nullptr || current_->pushed == nullptr || current_->pushed->is_ended) return;
  StreamObserver& observer = current_->pushed->observer;
  if (observer) observer(StreamEvent::kClosed);
}

void HttpConnection::on_bytes(std::span<char> bytes) {
  if (is_blocked() || !kept_.empty()) {
    keep(bytes);
  } else {
    process(bytes);
  }
}

// A request that was received completely is still answered (RFC 9112 section 9.6).
void HttpConnection::on_end() {
  peer_ended_ = true;
  if (!is_blocked() && kept_.empty()) connection_->close();
}

// A peer that takes something is not given up, however little it takes.
void HttpConnection::on_backlog_sent() {
  const bool sends = current_ == nullptr || current_->phase == Current::Phase::kStreaming ||
                     current_->phase == Current::Phase::kPushing;
  if (sends) arm_timer(service_.options_.send_timeout_ms);
}

void HttpConnection::on_drain() {
  // From now on it is idle.
  if (current_ == nullptr) arm_timer(service_.options_.keep_alive_timeout_ms);
  if (!resume_scheduled_) resume();
}

void HttpConnection::on_closed() {
  delete this;
}

void HttpConnection::on_timer() {
  if (!is_open()) return;
  if (current_ == nullptr) return close_idle();
  const bool sends =
      current_->phase == Current::Phase::kStreaming || current_->phase == Current::Phase::kPushing;
  if (sends) return connection_->abort();
  if (current_->phase != Current::Phase::kReading) return;
  ++service_.counters_.timed_out;
  refuse(408);
}

// Unless the client has not taken its last response yet: a close would give it seconds for that.
void HttpConnection::close_idle() {
  if (closes_after_output_ || connection_->queued_bytes() == 0) return connection_->close();
  closes_after_output_ = true;
  arm_timer(service_.options_.send_timeout_ms);
}

void HttpConnection::arm_timer(std::uint64_t timeout_ms) {
  net::EventLoop& loop = connection_->loop();
  loop.timers().arm(*this, loop.now_ms() + timeout_ms);
}

// ---- Reading -----------------------------------------------------------------------------------

// A response is to come first, or the peer does not take what it already has.
bool HttpConnection::is_blocked() const {
  return closes_after_output_ ||
         (current_ != nullptr && current_->phase != Current::Phase::kReading) ||
         connection_->queued_bytes() > kMaxWaitingOutput;
}

// Between requests. What the peer has not taken yet of the last response is sent behind a close.
bool HttpConnection::is_idle() const {
  return current_ == nullptr && kept_.empty();
}

// See HttpService::has_requests().
bool HttpConnection::is_busy() const {
  if (connection_ == nullptr) return false;
  const bool streams_events =
      current_ != nullptr && current_->pushed != nullptr && current_->pushed->is_endless;
  if (streams_events) return false;
  return connection_->queued_bytes() > 0 || (is_open() && !is_idle());
}

void HttpConnection::process(std::span<char> bytes) {
  while (!bytes.empty() && is_open()) {
    if (is_blocked()) return keep(bytes);
    if (current_ == nullptr) {
      current_ = std::make_unique<Current>(service_.options_.limits);
      arm_timer(service_.options_.request_timeout_ms);
    }
    const auto progress = current_->parser.feed({bytes.data(), bytes.size()});
    bytes = bytes.subspan(progress.consumed);
    switch (progress.outcome) {
      case RequestParser::Outcome::kNeedMore:
        if (current_->parser.take_continue_request()) {
          connection_->write_copy("HTTP/1.1 100 Continue\r\n\r\n");
        }
        note_body(progress.consumed);
        break;
      case RequestParser::Outcome::kComplete:
        dispatch(bytes);
        break;
      case RequestParser::Outcome::kFailed:
        ++service_.counters_.refused;
        return refuse(current_->parser.failure_status());
    }
  }
}

// A body may take as long as it goes on to come.
void HttpConnection::note_body(std::size_t size) {
  if (!current_->parser.has_head()) return;
  current_->body_progress += size;
  if (current_->body_progress < kBodyProgress) return;
  current_->body_progress = 0;
  arm_timer(service_.options_.request_timeout_ms);
}

void HttpConnection::dispatch(std::span<char> rest) {
  Timer::cancel();
  ++service_.counters_.requests;
  if (link_ == nullptr) link_ = std::make_shared<Exchange::Link>(Exchange::Link{this});
  const Request& request = current_->parser.request();
  current_->phase = Current::Phase::kAwaiting;
  current_->keep_alive = request.keep_alive();
  current_->rest = rest;
  if (service_.observer_ != nullptr) begin_record();
  in_handler_ = true;
  Exchange exchange(link_, ++request_number_);
  if (request.is_upgrade()) {
    service_.handler_.on_upgrade(request, std::move(exchange));
  } else {
    service_.handler_.on_request(request, std::move(exchange));
  }
  in_handler_ = false;
  current_->rest = {};
  // Only now: the handler may have used the request after its answer.
  if (current_->phase == Current::Phase::kDone) current_.reset();
}

void HttpConnection::keep(std::span<char> bytes) {
  kept_.append(bytes.data(), bytes.size());
  connection_->pause_reading();
  const bool awaits_answer = current_ != nullptr && current_->phase == Current::Phase::kAwaiting;
  if (!awaits_answer) schedule_resume();
}

void HttpConnection::begin_record() {
  net::EventLoop& loop = connection_->loop();
  current_->record = std::make_unique<Current::Record>(
      Current::Record{loop, connection_->remote_address(), loop.now_ms()});
}

// The answer is over, in whatever way.
void HttpConnection::tell_observer() {
  if (current_ == nullptr || current_->record == nullptr) return;
  const std::unique_ptr<Current::Record> record = std::move(current_->record);
  const bool is_read = current_->phase != Current::Phase::kReading;
  const std::uint64_t now_ms = record->loop.now_ms();
  service_.observer_->on_answered({.request = is_read ? &request() : nullptr,
                                   .peer = record->peer,
                                   .status = record->status,
                                   .body_bytes = record->body_bytes,
                                   .duration_ms = now_ms - record->begun_ms});
}

void HttpConnection::refuse(int status) {
  Timer::cancel();
  if (service_.observer_ != nullptr) begin_record();
  const Response response = Response::text(status).with_close();
  write_head(response, {.keep_alive = false, .content_length = response.body().size()});
  connection_->write_copy(response.body());
  current_->count_body(response.body().size());
  tell_observer();
  connection_->close();
}

// ---- Answering ---------------------------------------------------------------------------------

bool HttpConnection::awaits(std::uint64_t number) const {
  return number == request_number_ && current_ != nullptr &&
         current_->phase == Current::Phase::kAwaiting && is_open();
}

const Request& HttpConnection::request() const {
  return current_->parser.request();
}

void HttpConnection::respond(Response response, std::uint64_t length,
                             std::unique_ptr<BodySource> body) {
  current_->keep_alive = keeps_alive_after(response);
  write_head(response, {.keep_alive = current_->keep_alive, .content_length = length});
  if (request().method() == "HEAD" || !response.may_have_body() || length == 0) {
    return finish_response();
  }
  if (body == nullptr && length <= kStreamPiece) {
    connection_->write_copy(response.body());
    current_->count_body(response.body().size());
    return finish_response();
  }
  current_->body =
      body != nullptr ? std::move(body) : std::make_unique<StringBody>(response.take_body());
  current_->remaining = length;
  current_->phase = Current::Phase::kStreaming;
  stream();
}

bool HttpConnection::keeps_alive_after(const Response& response) const {
  // A peer that has ended and has nothing left to be answered hears of the close.
  const bool last = peer_ended_ && kept_.empty() && current_->rest.empty();
  return current_->keep_alive && !response.closes_connection() && !last && !service_.is_ending_;
}

void HttpConnection::write_head(const Response& response, HeadContext context) {
  context.date = service_.date_.at(service_.clock_());
  context.strict_transport_security = service_.options_.strict_transport_security;
  if (current_ != nullptr && current_->record != nullptr) {
    current_->record->status = response.status();
  }
  if (current_ != nullptr && current_->phase == Current::Phase::kAwaiting) {
    context.version = request().version();
  }
  std::string head;
  append_head(head, response, context);
  connection_->write_copy(head);
}

// Sends as much of the body as the window allows; on_drain() or a later iteration brings the rest.
void HttpConnection::stream() {
  const bool is_going_on = can_stream_file() ? stream_file() : stream_pieces();
  if (!is_going_on) {
    current_->body.reset();
    return connection_->close();  // fewer bytes than announced: the peer sees it
  }
  if (current_->remaining == 0) return finish_response();
  arm_timer(service_.options_.send_timeout_ms);
  if (!connection_->awaits_room()) schedule_resume();
}

// False when the body has ended too early.
bool HttpConnection::stream_pieces() {
  while (current_->remaining > 0 && connection_->queued_bytes() < kStreamWindow) {
    const auto wanted =
        static_cast<std::size_t>(std::min<std::uint64_t>(current_->remaining, kStreamPiece));
    base::SharedBytes piece = base::SharedBytes::allocate(wanted);
    const std::size_t size = current_->body->read({piece.mutable_data(), wanted});
    SC_ASSERT(size <= wanted);
    if (size == 0) return false;
    piece.truncate(size);
    connection_->write(piece);
    current_->count_body(size);
    current_->remaining -= size;
  }
  return true;
}

// What fits into one piece is better copied: it leaves together with the head.
bool HttpConnection::can_stream_file() const {
  return current_->remaining > kStreamPiece && connection_->can_send_files() &&
         current_->body->file().has_value();
}

// The same through the kernel alone. A window per iteration, so that others have their turn.
bool HttpConnection::stream_file() {
  connection_->flush();
  const auto wanted =
      static_cast<std::size_t>(std::min<std::uint64_t>(current_->remaining, kStreamWindow));
  const FileSlice slice = *current_->body->file();
  const auto sent = connection_->send_file(slice.descriptor, slice.offset, wanted);
  if (!sent) return false;
  current_->body->skip(*sent);
  current_->count_body(*sent);
  current_->remaining -= *sent;
  return true;
}

void HttpConnection::finish_response() {
  const bool keep_alive = current_->keep_alive && !service_.is_ending_;
  tell_observer();
  current_->phase = Current::Phase::kDone;
  current_->body.reset();
  current_->pushed.reset();
  if (!in_handler_) current_.reset();
  Timer::cancel();
  if (!keep_alive) {
    // A close gives the peer seconds to take what is queued; one that is slow deserves the longer
    // time-out.
    connection_->flush();
    if (connection_->queued_bytes() == 0) return connection_->close();
    closes_after_output_ = true;
    arm_timer(service_.options_.send_timeout_ms);
    return schedule_resume();
  }
  arm_timer(service_.options_.keep_alive_timeout_ms);
  const bool has_more = !kept_.empty() || connection_->is_reading_paused() || peer_ended_;
  if (!in_handler_ && has_more) schedule_resume();
}

std::optional<Takeover> HttpConnection::take_over() {
  if (peer_ended_) {  // the end was told to us and will not be told again
    connection_->close();
    return std::nullopt;
  }
  Timer::cancel();
  if (current_->record != nullptr) {
    constexpr int kSwitchingProtocols = 101;
    current_->record->status = kSwitchingProtocols;
    tell_observer();
  }
  ++service_.counters_.taken_over;
  net::Connection* connection = connection_;
  Takeover takeover{connection, in_handler_ ? current_->rest : std::span<char>(kept_)};
  connection->resume_reading();
  connection_ = nullptr;
  link_->connection = nullptr;
  // Callers up the stack still use this object; the loop destroys it when they are done.
  connection->loop().defer([self = std::unique_ptr<HttpConnection>(this)] {});
  return takeover;
}

// ---- Going on ----------------------------------------------------------------------------------

// Two hops: after the second one, what this iteration writes has met the kernel, so that queued
// bytes mean a peer that does not keep up, and on_drain() is sure to come.
void HttpConnection::schedule_resume() {
  if (resume_scheduled_) return;
  resume_scheduled_ = true;
  if (link_ == nullptr) link_ = std::make_shared<Exchange::Link>(Exchange::Link{this});
  net::EventLoop& loop = connection_->loop();
  loop.defer([link = link_, &loop] {
    loop.defer([link] {
      if (link->connection == nullptr) return;
      link->connection->resume_scheduled_ = false;
      if (!link->connection->is_open()) return;
      if (link->connection->connection_->queued_bytes() == 0) link->connection->resume();
    });
  });
}

void HttpConnection::resume() {
  if (current_ != nullptr && current_->phase == Current::Phase::kStreaming) {
    stream();
  } else if (current_ != nullptr && current_->phase == Current::Phase::kPushing) {
    pump();
  }
  if (!is_open()) return;
  if (closes_after_output_ && connection_->queued_bytes() == 0) return connection_->close();
  if (is_blocked()) return;
  std::string input = std::exchange(kept_, {});
  process(input);
  if (!is_open() || is_blocked() || !kept_.empty()) return;
  connection_->resume_reading();
  if (peer_ended_) connection_->close();
}

}  // namespace socketcluster::http
