// SPDX-License-Identifier: MIT
#include "config/manual.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/command_table.h"
#include "config/option_table.h"

namespace socketcluster::config {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

// As text in roff, where a bare dash may be printed as a hyphen.
std::string roff(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '-') escaped += '\\';
    escaped += c;
  }
  return escaped;
}

TEST(Manual, HasEveryCommand) {
  const std::string page = manual_page({}, "1");
  EXPECT_THAT(page, StartsWith(".TH SOCKETCLUSTER 1 "));
  for (const CommandInfo& command : command_table()) {
    EXPECT_THAT(page, HasSubstr("\n.B " + std::string(command.name) + " ")) << command.name;
  }
}

TEST(Manual, HasEveryUsedOptionWithItsFlagAndVariable) {
  const std::string page = manual_page({}, "5");
  EXPECT_THAT(page, StartsWith(".TH SOCKETCLUSTER\\-CONFIG 5 "));
  for (const OptionSpec& spec : option_table()) {
    if (spec.support != Support::kUsed) continue;
    EXPECT_THAT(page, HasSubstr("\n.B " + std::string(spec.name) + "\n"));
    if (is_member(spec)) continue;
    EXPECT_THAT(page, HasSubstr(roff("--" + long_flag(spec)) + ". "));
    EXPECT_THAT(page, HasSubstr(roff(env_variable(spec)) + "."));
  }
}

// A line of help that begins with a dot or a quote would be a request of roff.
TEST(Manual, NoTextBecomesARequest) {
  for (const char* section : {"1", "5"}) {
    std::string page = manual_page({.name = "chat"}, section);
    EXPECT_THAT(page, Not(HasSubstr("\n'")));
    for (std::size_t at = page.find("\n."); at != std::string::npos;
         at = page.find("\n.", at + 1)) {
      const std::string request = page.substr(at + 2, 2);
      EXPECT_THAT(request, testing::AnyOf("SH", "TP", "IP", "PP", "B ", "BR", "I ", "RI", "IR",
                                          "nf", "fi", "br", "TH"));
    }
  }
}

}  // namespace
}  // namespace socketcluster::config
