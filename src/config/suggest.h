// SPDX-License-Identifier: MIT
// "did you mean": the known name that a mistyped one is closest to.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace socketcluster::config {

// The nearest of `known` when it is near enough to be meant (case aside, at most two typing errors,
// fewer in short words); empty otherwise.
std::string_view closest(std::string_view word, std::span<const std::string_view> known);

// "; did you mean 'port'?" or nothing.
std::string suggestion(std::string_view word, std::span<const std::string_view> known);

}  // namespace socketcluster::config
