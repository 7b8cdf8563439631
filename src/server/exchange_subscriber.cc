// SPDX-License-Identifier: MIT
#include "server/exchange_subscriber.h"

#include <exception>
#include <string>

#include "server/json_values.h"

namespace socketcluster::server {

void ExchangeSubscriber::deliver(const broker::Publication& publication) {
  // A handler that was replaced or unsubscribed meanwhile must not be called any more.
  std::weak_ptr<const Exchange::Handler> handler = handler_;
  loop_.defer([this_log = &log_, handler, channel = std::string(publication.channel),
               data = std::string(publication.data)] {
    const auto alive = handler.lock();
    if (alive == nullptr) return;
    try {
      (*alive)(parse_json(data).value_or(Json()));
    } catch (const std::exception& error) {
      this_log->warning("exchange handler of channel '" + channel + "' threw: " + error.what());
    } catch (...) {
      this_log->warning("exchange handler of channel '" + channel + "' threw: unknown exception");
    }
  });
}

}  // namespace socketcluster::server
