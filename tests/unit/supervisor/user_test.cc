// SPDX-License-Identifier: MIT
#include "supervisor/user.h"

#include <gmock/gmock.h>
#include <grp.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

namespace socketcluster::supervisor {
namespace {

TEST(User, IsFoundByNameOrNumber) {
  const base::Result<User> root = find_user("root");
  ASSERT_TRUE(root) << root.error().text;
  EXPECT_EQ(root->uid, 0U);
  EXPECT_EQ(root->gid, 0U);
  const base::Result<User> zero = find_user("0");
  ASSERT_TRUE(zero) << zero.error().text;
  EXPECT_EQ(zero->name, "root");
}

TEST(User, MayBeANumberThatNobodyHas) {
  const base::Result<User> user = find_user("3999999999");
  ASSERT_TRUE(user) << user.error().text;
  EXPECT_EQ(user->name, "");
  EXPECT_EQ(user->uid, 3999999999U);
  EXPECT_EQ(user->gid, 3999999999U);
}

TEST(User, MustExist) {
  for (const char* name : {"no such user", "-1", "12x", "", "4294967295", "4294967296"}) {
    const base::Result<User> user = find_user(name);
    ASSERT_FALSE(user) << name;
    EXPECT_EQ(user.error().text, "downgradeToUser: there is no user '" + std::string(name) + "'");
  }
}

// 0 when all is as it should be after becoming `user`.
int become_in_child(const User& user) {
  const pid_t child = ::fork();
  if (child == 0) {
    int code = 0;
    if (!become(user)) code = 1;
    if (::getuid() != user.uid || ::geteuid() != user.uid || ::getegid() != user.gid) code = 2;
    if (::getgroups(0, nullptr) > 1) code = 3;
    if (::setuid(0) == 0) code = 4;
    ::_exit(code);
  }
  int status = -1;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(User, BecomesAnotherForGood) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root";
  EXPECT_EQ(become_in_child({.name = "", .uid = 12345, .gid = 12346}), 0);
  const base::Result<User> nobody = find_user("nobody");
  ASSERT_TRUE(nobody) << nobody.error().text;
  EXPECT_EQ(become_in_child(*nobody), 0);
}

TEST(User, NeedsTheRightToChange) {
  if (::geteuid() == 0) {
    // Without rights: in a process that has given them up.
    const pid_t child = ::fork();
    if (child == 0) {
      if (!become({.name = "", .uid = 12345, .gid = 12345})) ::_exit(1);
      const base::Status second = become({.name = "", .uid = 12346, .gid = 12346});
      ::_exit(second ? 2 : 0);
    }
    int status = -1;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
    return;
  }
  const base::Status status = become({.name = "root", .uid = 0, .gid = 0});
  ASSERT_FALSE(status);
  EXPECT_THAT(status.error().text, testing::HasSubstr("user root failed"));
}

TEST(User, IsThereAlready) {
  EXPECT_TRUE(become({.name = "", .uid = ::getuid(), .gid = ::getgid()}));
}

}  // namespace
}  // namespace socketcluster::supervisor
