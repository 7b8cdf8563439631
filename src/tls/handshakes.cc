// SPDX-License-Identifier: MIT
#include "tls/handshakes.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"

namespace socketcluster::tls {
namespace {

constexpr std::size_t kStepsPerIteration = 32;

}  // namespace

// The handler of one connection until it is ready. Owns itself.
class Handshakes::Handshake final : public net::ConnectionHandler, private net::Timer {
 public:
  Handshake(Handshakes& owner, net::Connection& connection)
      : owner_(owner), index_(owner.all_.size()) {
    owner.all_.push_back(this);
    connection.set_handler(*this);
    const auto timeout = static_cast<std::uint64_t>(owner.limits_.timeout.count());
    owner.loop_.timers().arm(*this, owner.loop_.now_ms() + timeout);
  }
  ~Handshake() {
    owner_.all_[index_] = owner_.all_.back();
    owner_.all_[index_]->index_ = index_;
    owner_.all_.pop_back();
  }

  void start(std::unique_ptr<TlsTransport> transport) {
    transport_ = transport.get();
    connection_->set_transport(std::move(transport));
  }
  net::Connection& connection() const { return *connection_; }
  const TlsTransport* transport() const { return transport_; }
  void close_if_idle() {
    if (transport_ == nullptr || !transport_->has_begun()) connection_->close();
  }

 private:
  void on_bytes(std::span<char> /*bytes*/) override {}  // none come before on_ready()
  void on_ready() override { owner_.ready(*this); }
  void on_closed() override { owner_.ended(*this); }
  void on_timer() override { connection_->abort(); }

  Handshakes& owner_;
  std::size_t index_;                  // in all_
  TlsTransport* transport_ = nullptr;  // the connection's; null: waits for its turn
};

Handshakes::Handshakes(net::EventLoop& loop, base::Log& log, std::shared_ptr<const Context> context,
                       const Limits& limits, ReadyHandler on_ready)
    : loop_(loop),
      log_(log),
      context_(std::move(context)),
      limits_(limits),
      on_ready_(std::move(on_ready)),
      steps_left_(kStepsPerIteration) {}

Handshakes::~Handshakes() {
  SC_ASSERT(all_.empty());
}

void Handshakes::begin(net::Connection& connection) {
  auto* handshake = new Handshake(*this, connection);  // NOLINT: owns itself
  if (under_way_ < limits_.at_once) return start(*handshake);
  connection.pause_reading();
  waiting_.push_back(handshake);
}

void Handshakes::start(Handshake& handshake) {
  ++under_way_;
  HandshakeBudget& budget = *this;
  handshake.start(
      std::make_unique<TlsTransport>(handshake.connection().fd(), context_, staging_, budget));
}

void Handshakes::start_next() {
  while (!waiting_.empty() && under_way_ < limits_.at_once) {
    Handshake& handshake = *waiting_.front();
    waiting_.pop_front();
    start(handshake);
    handshake.connection().resume_reading();
  }
}

void Handshakes::ready(Handshake& handshake) {
  net::Connection& connection = handshake.connection();
  on_ready_(connection);
  delete &handshake;
  --under_way_;
  start_next();
}

void Handshakes::ended(Handshake& handshake) {
  const TlsTransport* const transport = handshake.transport();
  if (transport == nullptr) {
    std::erase(waiting_, &handshake);
  } else {
    if (!transport->failure().empty()) {
      log_.debug("a TLS handshake has failed: " + transport->failure());
    }
    --under_way_;
  }
  delete &handshake;
  start_next();
}

void Handshakes::close_idle() {
  const std::vector<Handshake*> all = all_;  // closing changes nothing before the iteration ends
  for (Handshake* handshake : all) handshake->close_if_idle();
}

bool Handshakes::take_step() {
  if (steps_left_ == 0) return false;
  --steps_left_;
  if (!std::exchange(renews_steps_, true)) {
    loop_.defer([this] {
      renews_steps_ = false;
      steps_left_ = kStepsPerIteration;
    });
  }
  return true;
}

}  // namespace socketcluster::tls
