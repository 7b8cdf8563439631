// SPDX-License-Identifier: MIT
#include "server/http_reply_state.h"

#include <exception>
#include <stdexcept>

#include "base/ascii.h"
#include "http/response.h"
#include "server/socket_server.h"

namespace socketcluster::server {

// ---- HttpReplyState ----

HttpReplyState::~HttpReplyState() {
  if (!is_open()) return;
  warn("the reply was dropped without an answer; the client gets 500");
  answer_500();
}

std::string HttpReplyState::label() const {
  return std::string(request_->request.method()) + " " + std::string(request_->request.raw_path());
}

void HttpReplyState::warn(std::string_view text) {
  server_.warn("HTTP " + label() + ": " + std::string(text));
}

void HttpReplyState::set_status(int status) {
  if (status < 200 || status > 599) {
    throw std::invalid_argument("HTTP status " + std::to_string(status) +
                                " is not within 200 to 599");
  }
  status_ = status;
}

void HttpReplyState::set_header(std::string_view name, std::string_view value) {
  http::FieldList others = fields_;
  std::erase_if(
      others, [name](const auto& field) { return base::equals_ignoring_case(field.first, name); });
  std::swap(fields_, others);
  try {
    add_header(name, value);
  } catch (...) {
    fields_ = std::move(others);
    throw;
  }
}

void HttpReplyState::add_header(std::string_view name, std::string_view value) {
  if (const base::Status status = http::Response::check_header(name, value); !status) {
    throw std::invalid_argument(status.error().text);
  }
  fields_.emplace_back(name, value);
}

bool HttpReplyState::may_answer() {
  if (is_answered_) warn("the request was answered a second time; ignored");
  return is_open() && !is_answered_;
}

http::Response HttpReplyState::response(int status, std::string body,
                                        std::string_view content_type) {
  if (status != 0) set_status(status);
  http::Response response(status_ == 0 ? 200 : status_, std::move(body));
  if (!content_type.empty() && !response.add_header("Content-Type", content_type)) {
    throw std::invalid_argument("not a content type: " + std::string(content_type));
  }
  exchange_.set_extra_fields(fields_);
  return response;
}

void HttpReplyState::send(int status, std::string body, std::string_view content_type) {
  if (!may_answer()) return;
  http::Response answer = response(status, std::move(body), content_type);
  is_answered_ = true;
  exchange_.respond(std::move(answer));
}

void HttpReplyState::answer_500() {
  if (!is_open()) return;
  is_answered_ = true;
  exchange_.respond(http::Response::text(500));
}

void HttpReplyState::fail(std::string_view what, std::string_view text) {
  warn(std::string(what) + ": " + std::string(text));
  answer_500();
}

void HttpReplyState::threw(std::string_view what, std::string_view text) {
  server_.log().user_code_threw("HTTP " + label() + ": " + std::string(what) +
                                " threw: " + std::string(text));
  answer_500();
}

http::Exchange HttpReplyState::take_exchange() {
  is_answered_ = true;
  exchange_.set_extra_fields(std::move(fields_));
  return std::move(exchange_);
}

std::shared_ptr<HttpStreamState> HttpReplyState::stream(std::optional<std::uint64_t> length) {
  auto stream = std::make_shared<HttpStreamState>(server_, label());
  if (!may_answer()) return stream;
  http::Response head = response(0, {}, {});
  is_answered_ = true;
  stream->begin(exchange_, std::move(head), length);
  return stream;
}

// ---- HttpStreamState ----

HttpStreamState::~HttpStreamState() {
  if (is_open()) server_.warn("HTTP " + label_ + ": the stream was dropped before its end");
}

void HttpStreamState::begin(http::Exchange& exchange, http::Response response,
                            std::optional<std::uint64_t> length) {
  writer_.emplace(exchange.respond_stream(std::move(response), length,
                                          [weak = weak_from_this()](http::StreamEvent event) {
                                            if (const auto self = weak.lock()) self->observe(event);
                                          }));
}

void HttpStreamState::end() {
  is_over_ = true;
  if (writer_) writer_->end();
  forget_handlers();
}

// What a stream that is not open would keep, it would keep for ever.
void HttpStreamState::set_drain_handler(Handler<void()> handler) {
  if (is_open()) on_drain_ = std::make_shared<const Handler<void()>>(std::move(handler));
}

// A client that is gone already is told of in a moment.
void HttpStreamState::set_close_handler(Handler<void()> handler) {
  if (is_over_) return;
  on_close_ = std::make_shared<const Handler<void()>>(std::move(handler));
  if (!is_open()) tell_closed();
}

void HttpStreamState::observe(http::StreamEvent event) {
  switch (event) {
    case http::StreamEvent::kDrained: {
      const auto keep = on_drain_;  // it may end the body, or replace itself
      return tell(keep);
    }
    case http::StreamEvent::kClosed:
      // Without a handler yet, set_close_handler() tells.
      if (on_close_ != nullptr) return tell_closed();
      on_drain_ = nullptr;
      return;
  }
}

void HttpStreamState::tell_closed() {
  is_over_ = true;
  server_.loop().defer(
      [self = shared_from_this(), handler = std::move(on_close_)] { self->tell(handler); });
  forget_handlers();
}

void HttpStreamState::tell(const std::shared_ptr<const Handler<void()>>& handler) {
  if (handler == nullptr || !*handler) return;
  try {
    (*handler)();
  } catch (const std::exception& error) {
    server_.log().user_code_threw("HTTP " + label_ +
                                  ": a handler of the stream threw: " + error.what());
  } catch (...) {
    server_.log().user_code_threw("HTTP " + label_ + ": a handler of the stream threw");
  }
}

void HttpStreamState::forget_handlers() {
  const auto drain = std::move(on_drain_);
  const auto close = std::move(on_close_);
}

}  // namespace socketcluster::server
