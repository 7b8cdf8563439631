// SPDX-License-Identifier: MIT
#include "base/crash_report.h"

#include <cxxabi.h>

#include <cstdlib>
#include <memory>

namespace socketcluster::base {
namespace {

constexpr std::string_view kMangled = "(_Z";
constexpr std::string_view kNameEnd = "+)";

}  // namespace

std::string readable_frame(std::string_view line) {
  const std::size_t open = line.find(kMangled);
  if (open == std::string_view::npos) return std::string(line);
  const std::size_t begin = open + 1;
  const std::size_t end = line.find_first_of(kNameEnd, begin);
  if (end == std::string_view::npos) return std::string(line);
  const std::string mangled(line.substr(begin, end - begin));
  int status = 0;
  const std::unique_ptr<char, decltype(&std::free)> name(
      abi::__cxa_demangle(mangled.c_str(), nullptr, nullptr, &status), &std::free);
  if (name == nullptr) return std::string(line);
  return std::string(line.substr(0, begin)) + name.get() + std::string(line.substr(end));
}

}  // namespace socketcluster::base
