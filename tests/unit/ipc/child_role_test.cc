// SPDX-License-Identifier: MIT
#include "ipc/child_role.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

namespace socketcluster::ipc {
namespace {

TEST(ChildRole, SurvivesItsText) {
  const ChildRole worker{.role = Role::kWorker, .id = 3, .control_fd = 5, .deal_fd = 7};
  EXPECT_EQ(to_text(worker), "worker:3:5:deal=7");
  const ChildRole broker{.role = Role::kBroker, .id = 0, .control_fd = 4, .listen_fd = 9};
  EXPECT_EQ(to_text(broker), "broker:0:4:listen=9");
  const ChildRole both{
      .role = Role::kWorker, .id = 0, .control_fd = 3, .listen_fd = 9, .redirect_fd = 10};
  EXPECT_EQ(to_text(both), "worker:0:3:listen=9:redirect=10");
  for (const ChildRole& role : {worker, broker, both}) {
    const auto parsed = parse_child_role(to_text(role));
    ASSERT_TRUE(parsed);
    EXPECT_EQ(to_text(*parsed), to_text(role));
  }
}

TEST(ChildRole, RefusesWhatNoMasterHasWritten) {
  for (const char* text :
       {"", "worker", "worker:0", "master:0:3", "worker:x:3", "worker:0:-3", "worker:0:3x",
        "worker:0:3:", "worker:0:3:deal=", "worker:0:3:deal=x", "worker:0:3:other=1",
        "worker:0:3:redirect=", "worker:-1:3", "worker:4294967296:3"}) {
    EXPECT_FALSE(parse_child_role(text)) << text;
  }
}

TEST(ChildRole, IsTakenOutOfTheEnvironmentWithItsDescriptorsClosedOnExec) {
  EXPECT_FALSE(take_child_role().has_value());
  const int fd = ::dup(0);
  ASSERT_GE(fd, 0);
  ::setenv(kChildRoleVariable, ("worker:1:" + std::to_string(fd)).c_str(), 1);
  const auto role = take_child_role();
  ASSERT_TRUE(role && *role);
  EXPECT_EQ((**role).control_fd, fd);
  EXPECT_NE(::fcntl(fd, F_GETFD) & FD_CLOEXEC, 0);
  EXPECT_EQ(std::getenv(kChildRoleVariable), nullptr);
  ::close(fd);
  ::setenv(kChildRoleVariable, ("worker:1:" + std::to_string(fd)).c_str(), 1);
  const auto without = take_child_role();
  ASSERT_TRUE(without.has_value());
  EXPECT_FALSE(*without);
}

}  // namespace
}  // namespace socketcluster::ipc
