// SPDX-License-Identifier: MIT
#include "supervisor/connection_dealer.h"

#include <unistd.h>

#include <algorithm>

#include "net/shared_socket.h"

namespace socketcluster::supervisor {

ConnectionDealer::~ConnectionDealer() {
  for (const auto& [number, copy] : copies_) ::close(copy.fd);
}

void ConnectionDealer::add(Seat& seat) {
  seats_.push_back(&seat);
  for (const std::uint64_t number : ages_) {
    Copy& copy = copies_.at(number);
    if (copy.seat == nullptr) pass_on(number, copy);
  }
}

// Those behind move up by one, so whose turn it is stays the same.
void ConnectionDealer::rest(Seat& seat) {
  const auto found = std::find(seats_.begin(), seats_.end(), &seat);
  if (found == seats_.end()) return;
  const auto index = static_cast<std::size_t>(found - seats_.begin());
  seats_.erase(found);
  if (index < turn_) --turn_;
}

void ConnectionDealer::remove(Seat& seat) {
  rest(seat);
  for (auto age = ages_.begin(); age != ages_.end();) {
    const auto found = copies_.find(*age++);
    if (found->second.seat != &seat) continue;
    // What the worker had read is lost with it: an end that the client sees is better than a worker
    // that waits for the rest.
    net::is_used(found->second.fd) ? drop(found) : pass_on(found->first, found->second);
  }
}

void ConnectionDealer::deal(int fd) {
  const std::uint64_t number = ++last_number_;
  const auto added =
      copies_.emplace(number, Copy{fd, nullptr, ages_.insert(ages_.end(), number)}).first;
  pass_on(number, added->second);
  if (copies_.size() <= max_copies_) return;
  const auto oldest = copies_.find(ages_.front());
  // One that its worker has not been passed yet, because it does not read, is lost.
  if (oldest->second.seat != nullptr) oldest->second.seat->cancel(oldest->first);
  drop(oldest);
}

void ConnectionDealer::pass_on(std::uint64_t number, Copy& copy) {
  copy.seat = nullptr;
  if (seats_.empty()) return;
  if (turn_ >= seats_.size()) turn_ = 0;
  copy.seat = seats_[turn_++];
  copy.seat->deal({copy.fd, number});
}

void ConnectionDealer::adopted(Seat& seat, const std::vector<std::uint64_t>& numbers) {
  for (const std::uint64_t number : numbers) {
    const auto found = copies_.find(number);
    if (found != copies_.end() && found->second.seat == &seat) drop(found);
  }
}

void ConnectionDealer::returned(Seat& seat, const std::vector<std::uint64_t>& numbers) {
  for (const std::uint64_t number : numbers) {
    const auto found = copies_.find(number);
    if (found != copies_.end() && found->second.seat == &seat) pass_on(number, found->second);
  }
}

void ConnectionDealer::drop(Copies::iterator found) {
  ::close(found->second.fd);
  ages_.erase(found->second.age);
  copies_.erase(found);
}

}  // namespace socketcluster::supervisor
