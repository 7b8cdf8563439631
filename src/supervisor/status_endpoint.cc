// SPDX-License-Identifier: MIT
#include "supervisor/status_endpoint.h"

#include <memory>
#include <utility>

#include "json/value.h"
#include "net/connection.h"

namespace socketcluster::supervisor {

class StatusEndpoint::Client final : public net::ConnectionHandler {
 public:
  Client(StatusEndpoint& endpoint, net::Connection& connection)
      : endpoint_(&endpoint), self_(std::make_shared<Client*>(this)) {
    connection.set_handler(*this);
    endpoint.clients_.insert(this);
    endpoint.collector_.collect([weak = std::weak_ptr<Client*>(self_)](const JsonObject& report) {
      if (const auto client = weak.lock()) (*client)->answer(report);
    });
  }

  void abandon() {
    endpoint_ = nullptr;
    self_.reset();
    connection_->abort();
  }

 private:
  void answer(const JsonObject& report) {
    const std::string text = json::to_text(report) + "\n";
    connection_->write(base::SharedBytes::copy_of(text));
    connection_->close();
  }

  void on_bytes(std::span<char> /*bytes*/) override {}
  void on_closed() override {
    if (endpoint_ != nullptr) endpoint_->clients_.erase(this);
    delete this;
  }

  StatusEndpoint* endpoint_;  // null after its end
  std::shared_ptr<Client*> self_;
};

StatusEndpoint::StatusEndpoint(net::EventLoop& loop, base::Log& log, StatusCollector& collector,
                               int fd)
    : loop_(loop), collector_(collector), acceptor_(loop, log, fd, [this](int accepted) {
        new Client(*this, loop_.adopt(accepted));  // NOLINT: owns itself
      }) {
  acceptor_.set_room_check([this] { return clients_.size() < kMaxConnections; });
}

StatusEndpoint::~StatusEndpoint() {
  for (Client* const client : clients_) client->abandon();
}

}  // namespace socketcluster::supervisor
