// SPDX-License-Identifier: MIT
#include "exchange/pending_requests.h"

#include <utility>
#include <vector>

#include "exchange/texts.h"
#include "json/scanner.h"
#include "json/text.h"

namespace socketcluster::exchange {
namespace {

struct Response {
  json::RawValue error, value;
};

bool scan(std::string_view text, Response& response) {
  json::Scanner scanner(text, json::Scanner::kGreatestMaxDepth);
  const bool is_object = scanner.take_members([&](const json::RawValue& name) {
    json::RawValue ignored;
    json::RawValue& value = json::string_equals(name, "error")   ? response.error
                            : json::string_equals(name, "value") ? response.value
                                                                 : ignored;
    return scanner.take_value(value);
  });
  return is_object && scanner.at_end();
}

}  // namespace

void PendingRequests::add(std::uint32_t id, std::string_view action, std::uint64_t deadline_ms,
                          Answer answer) {
  entries_.emplace(id, Entry{std::string(action), deadline_ms, std::move(answer)});
}

bool PendingRequests::answer(std::uint32_t id, std::string_view response_json) {
  Response response;
  if (!scan(response_json, response)) return false;
  auto entry = entries_.extract(id);
  if (entry.empty()) return true;
  if (!response.error.is_string()) {
    entry.mapped().answer(nullptr, response.value.text);
    return true;
  }
  std::string scratch;
  const broker::ExchangeError error{protocol::ErrorName::kBroker,
                                    std::string(json::string_value(response.error, scratch))};
  entry.mapped().answer(&error, {});
  return true;
}

void PendingRequests::expire(std::uint64_t now_ms) {
  std::vector<Entry> expired;
  for (auto entry = entries_.begin(); entry != entries_.end();) {
    if (entry->second.deadline_ms > now_ms) {
      ++entry;
      continue;
    }
    expired.push_back(std::move(entry->second));
    entry = entries_.erase(entry);
  }
  for (Entry& entry : expired) {
    const broker::ExchangeError error = timed_out(entry.action);
    entry.answer(&error, {});
  }
}

void PendingRequests::fail_all() {
  for (auto& [id, entry] : std::exchange(entries_, {})) {
    const broker::ExchangeError error = connection_lost(entry.action);
    entry.answer(&error, {});
  }
}

}  // namespace socketcluster::exchange
