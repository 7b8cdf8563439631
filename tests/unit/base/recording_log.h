// SPDX-License-Identifier: MIT
// A log that keeps its lines for the test.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "base/log.h"

namespace socketcluster::test {

class RecordingLog final : public base::Log {
 public:
  void write(base::LogLevel /*level*/, std::string_view text) override { lines.emplace_back(text); }
  // How many lines contain `part`.
  int count(std::string_view part) const {
    return static_cast<int>(std::count_if(lines.begin(), lines.end(), [part](const auto& line) {
      return line.find(part) != std::string::npos;
    }));
  }
  bool has(std::string_view part) const { return count(part) > 0; }
  std::vector<std::string> lines;
};

}  // namespace socketcluster::test
