// SPDX-License-Identifier: MIT
#include "app/dealt_connections.h"

#include <unistd.h>

#include <utility>

namespace socketcluster::app {

DealtConnections::DealtConnections(server::WorkerCore& worker, ChildLink& link, int fd)
    : worker_(worker),
      link_(link),
      receiver_(worker.loop(), fd, [this](ipc::NumberedDescriptor item) { take(item); }) {
  worker_.loop().set_first_bytes_handler([this](int seen) {
    const auto found = unseen_.extract(seen);
    if (!found.empty()) tell(adopted_, found.mapped());
  });
}

DealtConnections::~DealtConnections() {
  worker_.loop().set_first_bytes_handler(nullptr);
}

void DealtConnections::take(ipc::NumberedDescriptor item) {
  if (gives_back_) {
    if (item.fd >= 0) ::close(item.fd);
    return tell(returned_, item.number);
  }
  if (item.fd < 0) {
    worker_.sockets().log().warning(
        "connection refused: the process has no descriptor left; raise 'ulimit -n'");
    return tell(adopted_, item.number);
  }
  unseen_.emplace(item.fd, item.number);
  worker_.take_connection(item.fd);
}

void DealtConnections::give_back() {
  gives_back_ = true;
  worker_.loop().release_watched([this](int fd) {
    const auto found = unseen_.extract(fd);
    if (!found.empty()) tell(returned_, found.mapped());
  });
}

void DealtConnections::tell(JsonArray& numbers, std::uint64_t number) {
  const bool is_first = adopted_.empty() && returned_.empty();
  numbers.emplace_back(static_cast<std::int64_t>(number));
  // Deferred tasks run before output is flushed, or in the next iteration at the latest.
  if (is_first) worker_.loop().defer([this] { send(); });
}

void DealtConnections::send() {
  if (!adopted_.empty()) {
    link_.send({{"type", "adopted"}, {"numbers", std::exchange(adopted_, {})}});
  }
  if (!returned_.empty()) {
    link_.send({{"type", "returned"}, {"numbers", std::exchange(returned_, {})}});
  }
}

}  // namespace socketcluster::app
