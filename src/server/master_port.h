// SPDX-License-Identifier: MIT
// MasterPort: what a worker needs of the process around it to talk to its master. The other
// direction is WorkerCore::take_master_message(). Thread rule: loop thread.
#pragma once

#include <socketcluster/json.h>
#include <socketcluster/process_message.h>

namespace socketcluster::server {

class MasterPort {
 public:
  // `answer` may be empty: nobody waits for one. Never calls it synchronously.
  virtual void send_to_master(const Json& data, MessageAnswer answer) = 0;

 protected:
  ~MasterPort() = default;
};

}  // namespace socketcluster::server
