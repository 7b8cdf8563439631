// SPDX-License-Identifier: MIT
#include "supervisor/socket_directory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>

namespace socketcluster::supervisor {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::MatchesRegex;

class SocketDirectoryTest : public testing::Test {
 protected:
  SocketDirectoryTest() {
    std::string name = testing::TempDir() + "sdXXXXXX";
    temporary_ = ::mkdtemp(name.data());
  }
  ~SocketDirectoryTest() override { fs::remove_all(temporary_); }

  SocketPlace place(std::string app_name = "chat") const {
    return {"", std::move(app_name), "/srv/chat", temporary_};
  }

  static mode_t mode_of(const std::string& path) {
    struct stat status {};
    EXPECT_EQ(::lstat(path.c_str(), &status), 0) << path;
    return status.st_mode & 07777U;
  }

  static bool can_connect(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.data(), path.size());
    const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const bool connected =
        ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
    ::close(fd);
    return connected;
  }

  // Runs `body` in a process that then dies without cleaning up.
  template <typename Body>
  static void in_dying_process(Body body) {
    const pid_t child = ::fork();
    if (child == 0) {
      body();
      ::_exit(0);
    }
    int status = -1;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_EQ(status, 0);
  }

  std::string temporary_;
};

TEST_F(SocketDirectoryTest, IsForThisUserOnly) {
  auto directory = SocketDirectory::create(place());
  ASSERT_TRUE(directory) << directory.error().text;
  EXPECT_THAT(directory->path(), MatchesRegex(".*/socketcluster/chat_[0-9a-f]{10}"));
  EXPECT_EQ(mode_of(directory->path()), 0700U);
  EXPECT_EQ(mode_of(temporary_ + "/socketcluster"), 0711U);
  EXPECT_EQ(mode_of(directory->socket_path("lock")), 0600U);
}

TEST_F(SocketDirectoryTest, HasSocketsForThisUserOnly) {
  auto directory = SocketDirectory::create(place());
  ASSERT_TRUE(directory) << directory.error().text;
  const base::Result<int> fd = directory->listen("b0", 8);
  ASSERT_TRUE(fd) << fd.error().text;
  EXPECT_EQ(mode_of(directory->socket_path("b0")), 0600U);
  EXPECT_TRUE(can_connect(directory->socket_path("b0")));
  EXPECT_THAT(directory->listen("b0", 8).error().text, HasSubstr("in use"));
  ::close(*fd);
}

TEST_F(SocketDirectoryTest, IsRemovedWithItsSockets) {
  std::string path;
  {
    auto directory = SocketDirectory::create(place());
    ASSERT_TRUE(directory) << directory.error().text;
    path = directory->path();
    const base::Result<int> fd = directory->listen(kMasterSocket, 8);
    ASSERT_TRUE(fd) << fd.error().text;
    ::close(*fd);
  }
  EXPECT_FALSE(fs::exists(path));
  EXPECT_TRUE(fs::exists(temporary_ + "/socketcluster"));
}

TEST_F(SocketDirectoryTest, DiffersByApplicationAndPlace) {
  SocketPlace other = place();
  other.app_directory = "/srv/other";
  const std::string name = SocketDirectory::name_for(place());
  EXPECT_EQ(SocketDirectory::name_for(place()), name);
  EXPECT_NE(SocketDirectory::name_for(other), name);
  // Alike in the part that is shown.
  EXPECT_NE(SocketDirectory::name_for(place("a/b")), SocketDirectory::name_for(place("a.b")));
  EXPECT_NE(SocketDirectory::name_for(place("exactly13char1")),
            SocketDirectory::name_for(place("exactly13char2")));
}

TEST_F(SocketDirectoryTest, KeepsWithinItsRootWhateverTheName) {
  EXPECT_THAT(SocketDirectory::name_for(place("../../etc")), MatchesRegex("______etc_[0-9a-f]+"));
  EXPECT_THAT(SocketDirectory::name_for(place("")), MatchesRegex("_[0-9a-f]+"));
  EXPECT_THAT(SocketDirectory::name_for(place("a-very-long-application-name")),
              MatchesRegex("a-very-long-a_[0-9a-f]{10}"));
}

TEST_F(SocketDirectoryTest, OfALivingInstanceIsLeftAlone) {
  auto first = SocketDirectory::create(place());
  ASSERT_TRUE(first) << first.error().text;
  const base::Result<int> fd = first->listen("b0", 8);
  ASSERT_TRUE(fd) << fd.error().text;
  const auto second = SocketDirectory::create(place());
  ASSERT_FALSE(second);
  EXPECT_THAT(second.error().text,
              HasSubstr("already running here (PID " + std::to_string(::getpid()) + ")"));
  EXPECT_THAT(second.error().text, HasSubstr("appName"));
  EXPECT_TRUE(can_connect(first->socket_path("b0")));
  ::close(*fd);
}

TEST_F(SocketDirectoryTest, OfADeadInstanceIsTakenOver) {
  in_dying_process([&] {
    auto directory = SocketDirectory::create(place());
    if (!directory || !directory->listen("b0", 8) || !directory->listen("b7", 8)) ::_exit(1);
    ::_exit(0);
  });
  auto directory = SocketDirectory::create(place());
  ASSERT_TRUE(directory) << directory.error().text;
  EXPECT_FALSE(fs::exists(directory->socket_path("b7")));
  const base::Result<int> fd = directory->listen("b0", 8);
  ASSERT_TRUE(fd) << fd.error().text;
  ::close(*fd);
}

TEST_F(SocketDirectoryTest, RemovesNothingButSockets) {
  const std::string path = temporary_ + "/socketcluster/" + SocketDirectory::name_for(place());
  in_dying_process([&] {
    if (!SocketDirectory::create(place())) ::_exit(1);
    ::_exit(0);
  });
  fs::create_directories(path);
  std::ofstream(path + "/notes") << "keep";
  {
    auto directory = SocketDirectory::create(place());
    ASSERT_TRUE(directory) << directory.error().text;
  }
  EXPECT_TRUE(fs::exists(path + "/notes"));
}

TEST_F(SocketDirectoryTest, CanBeWhereTheUserWants) {
  SocketPlace wanted = place();
  wanted.socket_root = temporary_ + "/mine";
  auto directory = SocketDirectory::create(wanted);
  ASSERT_TRUE(directory) << directory.error().text;
  EXPECT_EQ(directory->path(), wanted.socket_root + "/" + SocketDirectory::name_for(wanted));
}

TEST_F(SocketDirectoryTest, SaysWhenItsRootCannotBe) {
  SocketPlace wanted = place();
  wanted.socket_root = temporary_ + "/missing/mine";
  EXPECT_THAT(SocketDirectory::create(wanted).error().text,
              HasSubstr("No such file or directory (the option socketRoot"));
  std::ofstream(temporary_ + "/file");
  wanted.socket_root = temporary_ + "/file";
  EXPECT_THAT(SocketDirectory::create(wanted).error().text, HasSubstr("Not a directory"));
}

TEST_F(SocketDirectoryTest, RefusesARootThatOthersCanWriteTo) {
  SocketPlace wanted = place();
  wanted.socket_root = temporary_ + "/open";
  fs::create_directory(wanted.socket_root);
  ASSERT_EQ(::chmod(wanted.socket_root.c_str(), 0777), 0);
  EXPECT_THAT(SocketDirectory::create(wanted).error().text, HasSubstr("written to by other users"));
  // As /tmp is: others can make files there, but not exchange ours.
  ASSERT_EQ(::chmod(wanted.socket_root.c_str(), 01777), 0);
  EXPECT_TRUE(SocketDirectory::create(wanted));
}

TEST_F(SocketDirectoryTest, LeavesTheUsualPlaceToTheUserWhoMadeIt) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root";
  const std::string usual = temporary_ + "/socketcluster";
  fs::create_directory(usual);
  ASSERT_EQ(::chown(usual.c_str(), 12345, 12345), 0);
  auto directory = SocketDirectory::create(place());
  ASSERT_TRUE(directory) << directory.error().text;
  EXPECT_THAT(directory->path(), HasSubstr("/socketcluster-0/"));
  EXPECT_THAT(find_socket_directories("", temporary_), ElementsAre(directory->path()));
}

TEST_F(SocketDirectoryTest, DoesNotFollowALinkOfAnotherUser) {
  fs::create_directory(temporary_ + "/elsewhere");
  fs::create_directory(temporary_ + "/socketcluster");
  const std::string path = temporary_ + "/socketcluster/" + SocketDirectory::name_for(place());
  fs::create_symlink(temporary_ + "/elsewhere", path);
  EXPECT_THAT(SocketDirectory::create(place()).error().text, HasSubstr("Not a directory"));
}

TEST_F(SocketDirectoryTest, TellsHowMuchTooLongItsPathIs) {
  SocketPlace wanted = place();
  const std::size_t own = SocketDirectory::name_for(wanted).size() + std::strlen("//master");
  const std::string root(107 - own - temporary_.size() - 1, 'x');
  wanted.socket_root = temporary_ + "/" + root;
  EXPECT_TRUE(SocketDirectory::create(wanted));
  wanted.socket_root += "xy";
  EXPECT_THAT(SocketDirectory::create(wanted).error().text,
              HasSubstr("is too long by 2 characters for UNIX sockets: set the option socketRoot"));
}

TEST_F(SocketDirectoryTest, LetsTheUserOfTheWorkersConnect) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root";
  // Only the way to it must be open to everybody.
  ASSERT_EQ(::chmod(temporary_.c_str(), 0711), 0);
  auto directory = SocketDirectory::create(place());
  ASSERT_TRUE(directory) << directory.error().text;
  const User user{.name = "", .uid = 12345, .gid = 12345};
  ASSERT_TRUE(directory->give_sockets_to(user));
  const base::Result<int> fd = directory->listen("b0", 8);
  ASSERT_TRUE(fd) << fd.error().text;
  in_dying_process([&] {
    const std::string path = directory->socket_path("b0");
    if (!become(user) || !can_connect(path) || ::unlink(path.c_str()) == 0) ::_exit(1);
  });
  in_dying_process([&] {
    if (!become({.name = "", .uid = 12346, .gid = 12346})) ::_exit(1);
    if (can_connect(directory->socket_path("b0"))) ::_exit(2);
  });
  ::close(*fd);
}

TEST_F(SocketDirectoryTest, IsClosedAgainForTheNextInstance) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root";
  in_dying_process([&] {
    auto directory = SocketDirectory::create(place());
    if (!directory || !directory->give_sockets_to({.name = "", .uid = 12345, .gid = 12345}))
      ::_exit(1);
    ::_exit(0);
  });
  auto directory = SocketDirectory::create(place());
  ASSERT_TRUE(directory) << directory.error().text;
  EXPECT_EQ(mode_of(directory->path()), 0700U);
}

TEST_F(SocketDirectoryTest, AreFoundBelowTheirRoot) {
  EXPECT_THAT(find_socket_directories("", temporary_), IsEmpty());
  auto chat = SocketDirectory::create(place("chat"));
  auto game = SocketDirectory::create(place("game"));
  ASSERT_TRUE(chat && game);
  EXPECT_THAT(find_socket_directories("", temporary_), ElementsAre(chat->path(), game->path()));
  EXPECT_THAT(find_socket_directories(temporary_, "/none"), ElementsAre(EndsWith("socketcluster")));
}

}  // namespace
}  // namespace socketcluster::supervisor
