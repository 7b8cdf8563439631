// SPDX-License-Identifier: MIT
// Messages of a client that have to wait until an earlier action is decided. Reading is paused
// meanwhile, so this is at most what one read has brought. Thread rule: loop thread.
#pragma once

#include <deque>
#include <string>

namespace socketcluster::server {

struct HeldActions {
  bool is_held = false;      // an action is not decided
  bool is_draining = false;  // the messages are being handled, further down on the stack
  std::deque<std::string> texts;
};

}  // namespace socketcluster::server
