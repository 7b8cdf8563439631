// SPDX-License-Identifier: MIT
#include "tls/handshakes.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <utility>

#include "base/assert.h"

namespace socketcluster::tls {
namespace {

constexpr std::size_t kStepsPerIteration = 32;

}  // namespace

// The handler of one connection until it is ready. Owns itself.
class Handshakes::Handshake final : public net::ConnectionHandler,
                                    private net::Timer,
                                    private HandshakeBudget {
 public:
  enum class Stage : std::uint8_t { kSilent, kWaiting, kUnderWay };

  Handshake(Handshakes& owner, net::Connection& connection)
      : owner_(owner),
        index_(owner.all_.size()),
        end_ms_(owner.loop_.now_ms() + static_cast<std::uint64_t>(owner.limits_.timeout.count())) {
    owner.all_.push_back(this);
    connection.set_handler(*this);
    HandshakeBudget& budget = *this;
    auto transport =
        std::make_unique<TlsTransport>(connection.fd(), owner.context_, owner.staging_, budget);
    transport_ = transport.get();
    connection.set_transport(std::move(transport));
    arm();
  }
  ~Handshake() {
    owner_.all_[index_] = owner_.all_.back();
    owner_.all_[index_]->index_ = index_;
    owner_.all_.pop_back();
  }

  net::Connection& connection() const { return *connection_; }
  const TlsTransport& transport() const { return *transport_; }
  Stage stage() const { return stage_; }

  void wait() {
    stage_ = Stage::kWaiting;
    connection_->pause_reading();
  }
  void start() {
    stage_ = Stage::kUnderWay;
    arm();
  }
  void close_if_idle() {
    if (!transport_->has_begun()) connection_->close();
  }

 private:
  void on_bytes(std::span<char> /*bytes*/) override {}  // none come before on_ready()
  void on_ready() override { owner_.ready(*this); }
  void on_closed() override { owner_.ended(*this); }

  bool take_step() override {
    if (stage_ != Stage::kUnderWay) {
      if (!owner_.take_place(*this)) return false;
      start();
    }
    const bool may_go_on = owner_.take_step();
    waits_for_us_ = !may_go_on;
    return may_go_on;
  }

  void arm() {
    progress_ = transport_->progress();
    const std::uint64_t now = owner_.loop_.now_ms();
    const auto patience = static_cast<std::uint64_t>(owner_.limits_.patience.count());
    const bool is_watched = stage_ == Stage::kUnderWay;
    owner_.loop_.timers().arm(*this, is_watched ? std::min(now + patience, end_ms_) : end_ms_);
  }
  void on_timer() override {
    const bool is_stuck = stage_ == Stage::kUnderWay && !owner_.waiting_.empty() &&
                          !waits_for_us_ && transport_->progress() == progress_;
    if (is_stuck || owner_.loop_.now_ms() >= end_ms_) return connection_->abort();
    arm();
  }

  Handshakes& owner_;
  std::size_t index_;  // in all_
  const std::uint64_t end_ms_;
  TlsTransport* transport_ = nullptr;  // the connection's
  int progress_ = 0;                   // when the timer was armed
  Stage stage_ = Stage::kSilent;
  bool waits_for_us_ = false;  // there was no time for its last step
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
  new Handshake(*this, connection);  // NOLINT: owns itself
}

// Something has come from its peer.
bool Handshakes::take_place(Handshake& handshake) {
  if (under_way_ < limits_.at_once) {
    ++under_way_;
    return true;
  }
  waiting_.push_back(&handshake);
  handshake.wait();
  return false;
}

void Handshakes::give_place_back() {
  if (waiting_.empty()) {
    --under_way_;
    return;
  }
  Handshake& next = *waiting_.back();
  waiting_.pop_back();
  next.start();
  next.connection().resume_reading();  // what has come is still in the socket
}

void Handshakes::ready(Handshake& handshake) {
  net::Connection& connection = handshake.connection();
  on_ready_(connection);
  delete &handshake;
  give_place_back();
}

void Handshakes::ended(Handshake& handshake) {
  const Handshake::Stage stage = handshake.stage();
  if (stage == Handshake::Stage::kWaiting) std::erase(waiting_, &handshake);
  const std::string& failure = handshake.transport().failure();
  if (!failure.empty()) log_.debug("a TLS handshake has failed: " + failure);
  delete &handshake;
  if (stage == Handshake::Stage::kUnderWay) give_place_back();
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
