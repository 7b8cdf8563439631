// SPDX-License-Identifier: MIT
// MasterPort: what a broker needs of the process around it. The other direction are calls of
// BrokerCore: start() (when it returns, the broker is ready), worker_gone(), take_master_message().
// Thread rule: loop thread.
#pragma once

#include <socketcluster/json.h>
#include <socketcluster/process_message.h>

namespace socketcluster::broker_node {

class MasterPort {
 public:
  // `answer` may be empty: nobody waits for one. Never calls it synchronously.
  virtual void send_to_master(const Json& data, MessageAnswer answer) = 0;

 protected:
  ~MasterPort() = default;
};

}  // namespace socketcluster::broker_node
