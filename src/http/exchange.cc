// SPDX-License-Identifier: MIT
#include "http/exchange.h"

#include <utility>

#include "base/assert.h"
#include "http/http_connection.h"

namespace socketcluster::http {

Exchange& Exchange::operator=(Exchange&& other) noexcept {
  std::swap(link_, other.link_);
  std::swap(number_, other.number_);
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
  if (is_open()) link_->connection->respond(std::move(response), length, std::move(body));
}

std::optional<Takeover> Exchange::take_over() {
  if (!is_open()) return std::nullopt;
  return link_->connection->take_over();
}

}  // namespace socketcluster::http
