// SPDX-License-Identifier: MIT
#include "net/unix_socket.h"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>

#include "net/listening_socket.h"

namespace socketcluster::net {
namespace {

namespace fs = std::filesystem;

class UnixSocketTest : public ::testing::Test {
 protected:
  UnixSocketTest() {
    std::string name = (fs::temp_directory_path() / "sc-unix-XXXXXX").string();
    EXPECT_NE(::mkdtemp(name.data()), nullptr);
    directory_ = name;
  }
  ~UnixSocketTest() override {
    std::error_code ignored;
    fs::remove_all(directory_, ignored);
  }

  std::string path() const { return directory_ / "app.sock"; }
  int connect() const {
    const int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path().data(), path().size());
    if (::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0) return fd;
    ::close(fd);
    return -1;
  }
  mode_t mode() const {
    struct stat status {};
    EXPECT_EQ(::lstat(path().c_str(), &status), 0);
    return status.st_mode & 07777;
  }

  fs::path directory_;
};

TEST_F(UnixSocketTest, ListensWithTheModeWhateverTheUmask) {
  const mode_t before = ::umask(0077);
  const auto fd = open_listening_socket({.host = path(), .socket_mode = 0666});
  ::umask(before);
  ASSERT_TRUE(fd);
  EXPECT_EQ(mode(), 0666U);
  EXPECT_EQ(local_port(*fd), 0);
  const int client = connect();
  EXPECT_GE(client, 0);
  ::close(client);
  ::close(*fd);
}

TEST_F(UnixSocketTest, IsNamedWithAPrefixToo) {
  const auto fd = open_listening_socket({.host = "unix:" + path()});
  ASSERT_TRUE(fd);
  EXPECT_EQ(mode(), 0660U);
  ::close(*fd);
}

TEST_F(UnixSocketTest, TakesThePlaceOfASocketThatLostItsServer) {
  const auto first = open_unix_socket({.path = path()});
  ASSERT_TRUE(first);
  ::close(*first);
  ASSERT_TRUE(fs::exists(path()));
  const auto second = open_unix_socket({.path = path()});
  ASSERT_TRUE(second);
  const int client = connect();
  EXPECT_GE(client, 0);
  ::close(client);
  ::close(*second);
}

TEST_F(UnixSocketTest, LeavesAnotherServersSocketAlone) {
  const auto first = open_unix_socket({.path = path()});
  ASSERT_TRUE(first);
  const auto second = open_unix_socket({.path = path()});
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().text, "cannot listen on " + path() +
                                     ": another program listens there; stop it or choose another "
                                     "path");
  const int client = connect();
  EXPECT_GE(client, 0);
  ::close(client);
  ::close(*first);
}

TEST_F(UnixSocketTest, LeavesOtherFilesAlone) {
  std::ofstream(path()) << "precious";
  const auto fd = open_unix_socket({.path = path()});
  ASSERT_FALSE(fd);
  EXPECT_NE(fd.error().text.find("no socket"), std::string::npos) << fd.error().text;
  EXPECT_EQ(fs::file_size(path()), 8U);
}

TEST_F(UnixSocketTest, NamesWhatIsWrongWithAPath) {
  const auto missing = open_unix_socket({.path = (directory_ / "no" / "app.sock").string()});
  ASSERT_FALSE(missing);
  EXPECT_NE(missing.error().text.find("directory does not exist"), std::string::npos);
  EXPECT_TRUE(
      open_unix_socket({.path = "/tmp/" + std::string(200, 'x')}).error().text.find("107") !=
      std::string::npos);
}

TEST_F(UnixSocketTest, FileGoesWithItsOwner) {
  const auto fd = open_unix_socket({.path = path()});
  ASSERT_TRUE(fd);
  {
    SocketFile file(path());
    const SocketFile moved = std::move(file);
    EXPECT_TRUE(fs::exists(path()));
  }
  EXPECT_FALSE(fs::exists(path()));
  ::close(*fd);
}

TEST_F(UnixSocketTest, FileOfAnotherServerStays) {
  const auto first = open_unix_socket({.path = path()});
  ASSERT_TRUE(first);
  SocketFile file(path());
  fs::rename(path(), directory_ / "away");  // so that its inode is not used again
  const auto second = open_unix_socket({.path = path()});
  ASSERT_TRUE(second);
  file.remove();
  EXPECT_TRUE(fs::exists(path()));
  ::close(*first);
  ::close(*second);
}

}  // namespace
}  // namespace socketcluster::net
