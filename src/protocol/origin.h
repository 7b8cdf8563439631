// SPDX-License-Identifier: MIT
// Which web pages may open a connection: the `origins` option against the Origin header (protocol
// section 1). Thread rule: immutable after construction.
//
// The option is plain text that is searched for "host:port", "host:*" and "*:port" (by convention a
// list with spaces: "good.com:80 *:4444"). As in the original the search is for substrings, so that
// an entry also admits hosts that are its tail: "notgood.com:80" admits good.com:80.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace socketcluster::protocol {

class OriginPolicy {
 public:
  // `option`: "*:*" in it admits everybody.
  explicit OriginPolicy(std::string option);

  // `origin`: the header's value; nothing when the request has none.
  bool admits(std::optional<std::string_view> origin) const;

  // The body of the 403 answer.
  static std::string refusal_text(std::optional<std::string_view> origin);

 private:
  std::string option_;
  bool admits_all_;
};

}  // namespace socketcluster::protocol
