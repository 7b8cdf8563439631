// SPDX-License-Identifier: MIT
// Comma-separated header values (RFC 9110 section 5.6.1) as the WebSocket handshake has them.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace socketcluster::websocket {

// A non-empty run of RFC 9110's token characters.
bool is_token(std::string_view text);

// Whether `list` has `token` as an element; letter case does not matter.
bool list_contains(std::string_view list, std::string_view token);

// The elements of a list of tokens, without empty ones. Nothing when an element is no token, when
// one is repeated, or when there is none: what Sec-WebSocket-Protocol must obey (RFC 6455
// section 4.1, item 10). The views point into `list`.
std::optional<std::vector<std::string_view>> parse_unique_tokens(std::string_view list);

struct ExtensionParameter {
  std::string name;
  std::optional<std::string> value;
};

struct Extension {
  std::string name;
  std::vector<ExtensionParameter> parameters;
};

// Sec-WebSocket-Extensions, RFC 6455 section 9.1; values may be quoted but must be tokens then,
// too. Nothing when the text does not follow the grammar.
std::optional<std::vector<Extension>> parse_extensions(std::string_view text);

}  // namespace socketcluster::websocket
