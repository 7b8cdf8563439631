// SPDX-License-Identifier: MIT
// The connections that the master deals out to this worker, until their first bytes have come: the
// master keeps a copy of each as long, and has to know when it can let go of it.
//
//   {"type": "adopted", "numbers": [...]}    bytes have come, or the connection is over
//   {"type": "returned", "numbers": [...]}   closed here, nothing was read: for another worker
//
// Both are sent at most once per iteration. Thread rule: loop thread only.
#pragma once

#include <cstdint>
#include <unordered_map>

#include <socketcluster/json.h>

#include "app/child_link.h"
#include "ipc/descriptor_channel.h"
#include "server/worker_core.h"

namespace socketcluster::app {

class DealtConnections {
 public:
  // Takes over `fd`; both references must outlive it.
  DealtConnections(server::WorkerCore& worker, ChildLink& link, int fd);
  DealtConnections(const DealtConnections&) = delete;
  DealtConnections& operator=(const DealtConnections&) = delete;
  ~DealtConnections();

  // Gives back what it has not read from, and what still comes.
  void give_back();

 private:
  void take(ipc::NumberedDescriptor item);
  void tell(JsonArray& numbers, std::uint64_t number);
  void send();

  server::WorkerCore& worker_;
  ChildLink& link_;
  std::unordered_map<int, std::uint64_t> unseen_;
  JsonArray adopted_, returned_;  // of this iteration
  bool gives_back_ = false;
  ipc::DescriptorReceiver receiver_;
};

}  // namespace socketcluster::app
