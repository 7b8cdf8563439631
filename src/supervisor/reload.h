// SPDX-License-Identifier: MIT
// The replacement of workers, one after the other:
//
//   start a successor -> it serves -> the old one drains -> it has ended -> next
//
// A successor that does not come to serve ends the replacement; the old one goes on. Who asks for a
// replacement while one is under way gets another one for what was already replaced, because the
// executable may have changed meanwhile.
//
// Pure: what happens comes in as calls, what is to be done goes out through an interface. Thread
// rule: none of its own.
#pragma once

#include <cstdint>
#include <deque>

namespace socketcluster::supervisor {

class Reload {
 public:
  class Actions {
   public:
    // Starts the successor of the process in this slot. False: it could not be started.
    virtual bool start_successor(std::uint32_t slot) = 0;
    virtual void reload_finished(bool is_complete) = 0;

   protected:
    ~Actions() = default;
  };

  explicit Reload(Actions& actions) : actions_(actions) {}
  Reload(const Reload&) = delete;
  Reload& operator=(const Reload&) = delete;

  // Adds the slot, unless it is waiting for its turn already.
  void add(std::uint32_t slot);
  bool is_under_way() const { return is_busy_; }

  // ---- What has happened in a slot ----
  // Its successor does not come to serve.
  void failed(std::uint32_t slot);
  // There is only one process in it, and it serves.
  void settled(std::uint32_t slot);
  // The instance ends.
  void cancel();

 private:
  void next();

  Actions& actions_;
  std::deque<std::uint32_t> waiting_;
  std::uint32_t current_ = 0;
  bool is_busy_ = false;
};

}  // namespace socketcluster::supervisor
