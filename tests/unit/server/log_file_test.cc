// SPDX-License-Identifier: MIT
#include "server/log_file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "unit/base/recording_log.h"
#include "unit/http/temporary_directory.h"

namespace socketcluster::server {
namespace {

class LogFileTest : public ::testing::Test {
 protected:
  LogFileTest() { std::signal(SIGPIPE, SIG_IGN); }
  std::string path() const { return directory_.path() / "access.log"; }
  static std::string contents(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  std::unique_ptr<LogFile> open() {
    auto file = LogFile::open(loop_, log_, path());
    EXPECT_TRUE(file.has_value());
    return std::move(*file);
  }
  // A second and a bit.
  void let_time_pass() { loop_.timers().advance(loop_.now_ms() + LogFile::kIntervalMs + 100); }

  http::test::TemporaryDirectory directory_;
  net::EventLoop loop_;
  test::RecordingLog log_;
};

TEST_F(LogFileTest, WritesOnceASecondAndAtTheEnd) {
  auto file = open();
  file->append("one\n");
  EXPECT_EQ(contents(path()), "");
  let_time_pass();
  EXPECT_EQ(contents(path()), "one\n");
  file->append("two\n");
  file.reset();
  EXPECT_EQ(contents(path()), "one\ntwo\n");
}

TEST_F(LogFileTest, WritesWhenThereIsMuch) {
  const auto file = open();
  const std::string line = std::string(99, 'x') + '\n';
  std::size_t size = 0;
  for (; size < LogFile::kWriteBytes; size += line.size()) file->append(line);
  EXPECT_EQ(contents(path()).size(), size);
}

TEST_F(LogFileTest, GoesOnInANewFile) {
  const auto file = open();
  file->append("one\n");
  std::filesystem::rename(path(), path() + ".1");
  file->reopen();
  file->append("two\n");
  file->flush();
  EXPECT_EQ(contents(path() + ".1"), "one\n");
  EXPECT_EQ(contents(path()), "two\n");
}

TEST_F(LogFileTest, GoesOnInTheOldOneWhenThereCanBeNoNewOne) {
  const auto file = open();
  std::filesystem::rename(path(), path() + ".1");
  std::filesystem::create_directory(path());
  file->reopen();
  ASSERT_EQ(log_.lines.size(), 1U);
  EXPECT_NE(log_.lines[0].find("Is a directory"), std::string::npos);
  file->append("one\n");
  file->flush();
  EXPECT_EQ(contents(path() + ".1"), "one\n");
}

// A named pipe stands for a standard output that somebody reads too slowly.
TEST_F(LogFileTest, NeverWaitsForAReader) {
  ASSERT_EQ(::mkfifo(path().c_str(), 0600), 0);
  const int reader = ::open(path().c_str(), O_RDONLY | O_NONBLOCK);
  ASSERT_GE(reader, 0);
  auto file = open();
  const std::string line = std::string(999, 'x') + '\n';
  const int lines = static_cast<int>(LogFile::kMaxBytes / line.size()) + 500;
  for (int i = 0; i < lines; ++i) file->append(line);
  let_time_pass();
  ASSERT_EQ(log_.lines.size(), 1U);
  EXPECT_NE(log_.lines[0].find("lines were dropped"), std::string::npos);
  ::close(reader);
  file.reset();
}

TEST_F(LogFileTest, NamesAPathThatCannotBeWritten) {
  const auto file = LogFile::open(loop_, log_, "/nonexistent/access.log");
  ASSERT_FALSE(file.has_value());
  EXPECT_EQ(file.error().text,
            "cannot write the access log /nonexistent/access.log: No such file or directory");
}

}  // namespace
}  // namespace socketcluster::server
