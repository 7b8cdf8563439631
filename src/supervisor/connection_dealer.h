// SPDX-License-Identifier: MIT
// Deals accepted connections out to workers in strict rotation, so that their counts differ by at
// most one. The dealer keeps its own copy of each descriptor until the worker says that it has seen
// the first bytes or the end of the connection; if the worker ends before, or gives the connection
// back because it is being replaced, another worker gets it. So nobody who connects is lost with a
// worker. One that the worker had read from, but had not told of any more, is closed, so that its
// client need not wait for an answer that nobody will give.
//
// Thread rule: loop thread only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <unordered_map>
#include <vector>

#include "ipc/descriptor_channel.h"

namespace socketcluster::supervisor {

class ConnectionDealer {
 public:
  // A worker.
  class Seat {
   public:
    // Passes a connection on; the descriptor stays the dealer's.
    virtual void deal(ipc::NumberedDescriptor connection) = 0;
    // A connection that need not be passed on any more, if it has not been yet.
    virtual void cancel(std::uint64_t number) = 0;

   protected:
    ~Seat() = default;
  };

  // `max_copies`: connections of which a copy is kept. Beyond that the oldest ones are left to
  // their workers alone, so that clients that send nothing cannot exhaust the master.
  explicit ConnectionDealer(std::size_t max_copies) : max_copies_(max_copies) {}
  ConnectionDealer(const ConnectionDealer&) = delete;
  ConnectionDealer& operator=(const ConnectionDealer&) = delete;
  ~ConnectionDealer();

  // Takes its turn from now on. A seat must be removed before it is destroyed.
  void add(Seat& seat);
  // Gets no more connections; what it has stays its own.
  void rest(Seat& seat);
  // Has ended: what it had not seen goes to the others, or waits for the next one that is added;
  // what it had read from ends.
  void remove(Seat& seat);
  bool has_seats() const { return !seats_.empty(); }

  // Takes over `fd`.
  void deal(int fd);
  // The worker has seen bytes or the end of the connections; their copies are closed.
  void adopted(Seat& seat, const std::vector<std::uint64_t>& numbers);
  // The worker has closed its descriptors without having read anything.
  void returned(Seat& seat, const std::vector<std::uint64_t>& numbers);

  std::size_t copies() const { return copies_.size(); }

 private:
  struct Copy {
    int fd;
    Seat* seat;  // null: nobody has it
    std::list<std::uint64_t>::iterator age;
  };
  using Copies = std::unordered_map<std::uint64_t, Copy>;

  void pass_on(std::uint64_t number, Copy& copy);
  void drop(Copies::iterator found);

  std::size_t max_copies_;
  std::vector<Seat*> seats_;
  std::size_t turn_ = 0;  // index of the seat that is next
  std::uint64_t last_number_ = 0;
  Copies copies_;
  std::list<std::uint64_t> ages_;  // numbers, the oldest first
};

}  // namespace socketcluster::supervisor
