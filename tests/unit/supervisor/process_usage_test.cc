// SPDX-License-Identifier: MIT
#include "supervisor/process_usage.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <string>

namespace socketcluster::supervisor {
namespace {

TEST(ProcessUsage, ReadsTheFieldsOfProc) {
  const std::string stat =
      "42 (a) b (c) S 1 42 42 0 -1 4194560 100 0 0 0 250 50 7 8 20 0 3 0 999 123456789 2560 "
      "18446744073709551615 1 1 0\n";
  const auto usage = parse_usage(stat, 4096, 100);
  ASSERT_TRUE(usage);
  EXPECT_EQ(usage->cpu_ms, 3000U);
  EXPECT_EQ(usage->rss_bytes, 2560U * 4096U);
}

TEST(ProcessUsage, ReadsNothingFromWhatIsCutOff) {
  EXPECT_FALSE(parse_usage("", 4096, 100));
  EXPECT_FALSE(parse_usage("42 (app", 4096, 100));
  EXPECT_FALSE(parse_usage("42 (app) S 1 42 42", 4096, 100));
}

TEST(ProcessUsage, IsKnownOfThisProcess) {
  const auto usage = process_usage(::getpid());
  ASSERT_TRUE(usage);
  EXPECT_GT(usage->rss_bytes, std::uint64_t{100} * 1024);
  EXPECT_FALSE(process_usage(0));
}

}  // namespace
}  // namespace socketcluster::supervisor
