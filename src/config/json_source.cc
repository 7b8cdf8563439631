// SPDX-License-Identifier: MIT
#include "config/json_source.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <system_error>

#include <fmt/format.h>
#include <boost/json/parser.hpp>

#include "base/printable.h"

namespace socketcluster::config {
namespace {

namespace json = boost::json;
using base::Failure;

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

std::string position(std::string_view text, std::size_t offset) {
  const std::string_view before = text.substr(0, offset);
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  const std::size_t line_start = before.rfind('\n') + 1;  // npos + 1 is 0
  return fmt::format("line {}, column {}", line, before.size() - line_start + 1);
}

json::parse_options options_for(Dialect dialect) {
  json::parse_options options;
  options.allow_comments = dialect == Dialect::kRelaxed;
  options.allow_trailing_commas = dialect == Dialect::kRelaxed;
  return options;
}

Failure cannot_read(const std::string& path, int error) {
  return Failure{fmt::format("config file {}: cannot be read: {}", base::printable(path),
                             std::generic_category().message(error))};
}

}  // namespace

base::Result<json::object> parse_object(std::string_view text, std::string_view name,
                                        Dialect dialect) {
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  json::parser parser({}, options_for(dialect));
  json::error_code error;
  const std::size_t taken = parser.write_some(text.data(), text.size(), error);
  if (!error && taken < text.size()) error = json::error::extra_data;
  if (error) {
    return Failure{fmt::format("{}: is not valid JSON at {}: {}", name, position(text, taken),
                               error.message())};
  }
  json::value value = parser.release();
  if (!value.is_object())
    return Failure{fmt::format("{}: must be a JSON object, such as {{\"port\": 8000}}", name)};
  return std::move(value.get_object());
}

base::Result<std::string> read_config_file(const std::string& path) {
  const auto close = [](std::FILE* file) { std::fclose(file); };
  const std::unique_ptr<std::FILE, decltype(close)> file(std::fopen(path.c_str(), "rb"), close);
  if (file == nullptr) return cannot_read(path, errno);
  std::string text(kMaxConfigFileBytes + 1, '\0');
  const std::size_t size = std::fread(text.data(), 1, text.size(), file.get());
  if (std::ferror(file.get()) != 0) return cannot_read(path, errno);
  if (size > kMaxConfigFileBytes) {
    return Failure{fmt::format("config file {}: is longer than {} bytes", base::printable(path),
                               kMaxConfigFileBytes)};
  }
  text.resize(size);
  return text;
}

}  // namespace socketcluster::config
