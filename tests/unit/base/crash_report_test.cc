// SPDX-License-Identifier: MIT
#include "base/crash_report.h"

#include <gtest/gtest.h>

namespace socketcluster::base {
namespace {

TEST(CrashReport, WritesNamesAsInCode) {
  EXPECT_EQ(readable_frame("/usr/bin/app(_Z7handlerv+0x1c)[0x55]"),
            "/usr/bin/app(handler()+0x1c)[0x55]");
  EXPECT_EQ(readable_frame("app(_ZNKSt6vectorIiSaIiEE4sizeEv)[0x1]"),
            "app(std::vector<int, std::allocator<int> >::size() const)[0x1]");
}

TEST(CrashReport, LeavesOtherLinesAsTheyAre) {
  for (const char* line : {"", "/usr/bin/app(+0x1c)[0x55]", "/usr/bin/app(main+0x1c)[0x55]",
                           "/usr/bin/app(_Zwrong+0x1c)[0x55]", "a line (_Z7handlerv", "(_Z"}) {
    EXPECT_EQ(readable_frame(line), line);
  }
}

}  // namespace
}  // namespace socketcluster::base
