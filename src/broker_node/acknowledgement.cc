// SPDX-License-Identifier: MIT
#include "broker_node/acknowledgement.h"

#include <utility>

namespace socketcluster::broker_node {

void Acknowledgement::Batch::wait_for(const Place& place) {
  const auto known = std::find_if(places.begin(), places.end(), [&place](const Place& other) {
    return other.output == place.output;
  });
  if (known == places.end()) {
    places.push_back(place);
  } else {
    known->bytes = place.bytes;
  }
}

std::optional<std::uint64_t> Acknowledgement::advance() {
  std::optional<std::uint64_t> done;
  while (!current_.is_empty()) {
    std::erase_if(current_.places, [](const Place& place) { return place.is_reached(); });
    if (!current_.places.empty()) break;
    done = current_.count;
    current_ = std::exchange(next_, {});
  }
  return done;
}

void Acknowledgement::forget(const OutputStream& output) {
  for (Batch* batch : {&current_, &next_}) {
    std::erase_if(batch->places, [&output](const Place& place) { return place.output == &output; });
  }
}

}  // namespace socketcluster::broker_node
