// SPDX-License-Identifier: MIT
#include "http/exchange.h"

#include <utility>

#include "base/ascii.h"
#include "base/assert.h"
#include "http/http_connection.h"

namespace socketcluster::http {

Exchange& Exchange::operator=(Exchange&& other) noexcept {
  std::swap(link_, other.link_);
  std::swap(number_, other.number_);
  std::swap(extra_fields_, other.extra_fields_);
  return *this;
}

Exchange::~Exchange() {
  if (is_open()) respond(Response::text(500).with_close());
}

bool Exchange::is_open() const {
  return link_ != nullptr && link_->connection != nullptr && link_->connection->awaits(number_);
}

const Request& Exchange::request() const {
  SC_ASSERT(is_open());
  return link_->connection->request();
}

net::Connection& Exchange::connection() const {
  SC_ASSERT(is_open());
  return *link_->connection->connection_;
}

void Exchange::respond(Response response) {
  const std::uint64_t length = response.body().size();
  respond(std::move(response), length, nullptr);
}

void Exchange::respond(Response response, std::uint64_t length, std::unique_ptr<BodySource> body) {
  if (!is_open()) return;
  add_extra_fields(response);
  link_->connection->respond(std::move(response), length, std::move(body));
}

BodyWriter Exchange::respond_stream(Response response, std::optional<std::uint64_t> length,
                                    StreamObserver observer) {
  if (is_open()) {
    add_extra_fields(response);
    link_->connection->begin_stream(response, length, std::move(observer));
  }
  return BodyWriter(link_, number_);
}

void Exchange::add_extra_fields(Response& response) {
  const auto is_cookie = [](std::string_view name) {
    return base::equals_ignoring_case(name, "Set-Cookie");
  };
  for (const auto& [name, value] : extra_fields_) {
    if (!is_cookie(name)) response.remove_header(name);
  }
  for (const auto& [name, value] : extra_fields_) response.with(name, value);
}

// ---- BodyWriter ----

BodyWriter& BodyWriter::operator=(BodyWriter&& other) noexcept {
  std::swap(link_, other.link_);
  std::swap(number_, other.number_);
  return *this;
}

BodyWriter::~BodyWriter() {
  if (is_open()) link_->connection->cut_stream();
}

bool BodyWriter::is_open() const {
  return link_ != nullptr && link_->connection != nullptr && link_->connection->streams(number_);
}

bool BodyWriter::write(std::string_view bytes) {
  return is_open() && link_->connection->push(bytes);
}

void BodyWriter::end() {
  if (is_open()) link_->connection->end_stream();
}

std::optional<Takeover> Exchange::take_over() {
  if (!is_open()) return std::nullopt;
  return link_->connection->take_over();
}

}  // namespace socketcluster::http
