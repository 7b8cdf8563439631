// SPDX-License-Identifier: MIT
#include "supervisor/status_table.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "base/printable.h"

namespace socketcluster::supervisor {
namespace {

enum class Format : std::uint8_t { kProcess, kText, kWhole, kRate, kUptime, kBytes, kPercent };

struct Column {
  std::string_view title;
  std::string_view member;
  Format format;
};

constexpr std::array kColumns = {
    Column{"PROCESS", "role", Format::kProcess},    Column{"PID", "pid", Format::kWhole},
    Column{"STATE", "state", Format::kText},        Column{"UPTIME", "uptime", Format::kUptime},
    Column{"RESTARTS", "restarts", Format::kWhole}, Column{"MEMORY", "rss", Format::kBytes},
    Column{"CPU", "cpu", Format::kPercent},         Column{"CLIENTS", "clients", Format::kWhole},
    Column{"CHANNELS", "channels", Format::kWhole}, Column{"IN/S", "messagesIn", Format::kRate},
    Column{"OUT/S", "messagesOut", Format::kRate},  Column{"HTTP/MIN", "httpRPM", Format::kRate},
    Column{"WS/MIN", "wsRPM", Format::kRate},
};

std::string uptime_text(double seconds) {
  const auto whole = static_cast<std::uint64_t>(seconds);
  const std::uint64_t minutes = whole / 60;
  const std::uint64_t hours = minutes / 60;
  if (hours >= 24) return fmt::format("{}d {}h", hours / 24, hours % 24);
  if (hours > 0) return fmt::format("{}h {}m", hours, minutes % 60);
  if (minutes > 0) return fmt::format("{}m {}s", minutes, whole % 60);
  return fmt::format("{}s", whole);
}

std::string cell(const JsonObject& process, const Column& column) {
  const Json* const value = process.if_contains(column.member);
  if (value == nullptr) return "-";
  if (const auto* text = value->if_string()) {
    const Json* const id = column.format == Format::kProcess ? process.if_contains("id") : nullptr;
    std::string cell = base::printable(*text, 40);
    if (id != nullptr && id->is_number())
      cell += fmt::format(" {}", id->to_number<std::uint64_t>());
    return cell;
  }
  if (!value->is_number()) return "-";
  const auto number = value->to_number<double>();
  switch (column.format) {
    case Format::kUptime:
      return uptime_text(number);
    case Format::kBytes:
      return fmt::format("{:.1f} MiB", number / (1024 * 1024));
    case Format::kPercent:
      return fmt::format("{:.1f}%", number);
    case Format::kRate:
      return fmt::format("{:.{}f}", number, number < 10 && number > 0 ? 1 : 0);
    case Format::kProcess:
    case Format::kText:
    case Format::kWhole:
      return fmt::format("{:.0f}", number);
  }
  return "-";
}

std::string headline(const JsonObject& report) {
  const auto text = [&report](std::string_view member) {
    const Json* const value = report.if_contains(member);
    if (value == nullptr) return std::string("-");
    if (const auto* string = value->if_string()) return base::printable(*string, 80);
    return value->is_number() ? fmt::format("{:.0f}", value->to_number<double>()) : "-";
  };
  return fmt::format("{}  port {}  version {}  instance {}\n", text("appName"), text("port"),
                     text("version"), text("instanceId"));
}

}  // namespace

std::string status_table(const JsonObject& report) {
  using Row = std::vector<std::string>;
  std::vector<Row> rows(1);
  for (const Column& column : kColumns) rows[0].emplace_back(column.title);
  const Json* const processes = report.if_contains("processes");
  if (processes != nullptr && processes->is_array()) {
    for (const Json& process : processes->get_array()) {
      if (!process.is_object()) continue;
      Row& row = rows.emplace_back();
      for (const Column& column : kColumns) row.push_back(cell(process.get_object(), column));
    }
  }
  std::string table = headline(report);
  for (const Row& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      std::size_t width = 0;
      for (const Row& other : rows) width = std::max(width, other[i].size());
      const bool is_text =
          kColumns[i].format == Format::kProcess || kColumns[i].format == Format::kText;
      table +=
          is_text ? fmt::format("{:<{}}", row[i], width) : fmt::format("{:>{}}", row[i], width);
      table += i + 1 == row.size() ? "\n" : "  ";
    }
  }
  return table;
}

}  // namespace socketcluster::supervisor
