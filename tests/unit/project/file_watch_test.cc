// SPDX-License-Identifier: MIT
#include "project/file_watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

namespace socketcluster::project {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::IsEmpty;

class FileWatchTest : public testing::Test {
 protected:
  FileWatchTest() {
    std::string name = testing::TempDir() + "watch-XXXXXX";
    root_ = ::mkdtemp(name.data());
    fs::create_directories(root_ / "src");
    fs::create_directories(root_ / "build");
  }
  ~FileWatchTest() override { fs::remove_all(root_); }

  void write(const fs::path& file) const { std::ofstream(root_ / file) << "text"; }

  std::set<std::string> changes() {
    std::set<std::string> names;
    const bool any = watch_.take_changes(names);
    EXPECT_EQ(any, !names.empty());
    return names;
  }

  fs::path root_;
  FileWatch watch_;
};

TEST(SourceFiles, AreThoseOfCppAndCMake) {
  for (const char* name : {"worker.cpp", "a.cc", "a.h", "a.hpp", "CMakeLists.txt", "x.cmake"}) {
    EXPECT_TRUE(is_source_file(name)) << name;
  }
  for (const char* name : {"worker.cpp~", ".worker.cpp.swp", ".#worker.cpp", "4913", "a.o",
                           "README.md", "package.json", ""}) {
    EXPECT_FALSE(is_source_file(name)) << name;
  }
}

TEST_F(FileWatchTest, NamesSourceFilesThatChangeAppearAndGo) {
  write("worker.cpp");
  ASSERT_TRUE(watch_.open(root_));
  EXPECT_THAT(changes(), IsEmpty());
  write("worker.cpp");
  write("src/new.h");
  write("notes.txt");
  EXPECT_THAT(changes(), ElementsAre("new.h", "worker.cpp"));
  fs::rename(root_ / "worker.cpp", root_ / "other.cpp");
  fs::remove(root_ / "src/new.h");
  EXPECT_THAT(changes(), ElementsAre("new.h", "other.cpp", "worker.cpp"));
  EXPECT_THAT(changes(), IsEmpty());
}

TEST_F(FileWatchTest, LooksIntoNewFoldersAtOnce) {
  ASSERT_TRUE(watch_.open(root_));
  fs::create_directories(root_ / "src/deep/deeper");
  write("src/deep/deeper/early.cc");
  EXPECT_THAT(changes(), ElementsAre("early.cc"));
  write("src/deep/deeper/later.cc");
  EXPECT_THAT(changes(), ElementsAre("later.cc"));
}

TEST_F(FileWatchTest, LeavesOutWhatTheBuildMakes) {
  fs::create_directories(root_ / "node_modules");
  fs::create_directories(root_ / ".git");
  ASSERT_TRUE(watch_.open(root_));
  write("build/made.cpp");
  write("node_modules/native.cc");
  write(".git/x.h");
  EXPECT_THAT(changes(), IsEmpty());
}

TEST_F(FileWatchTest, NamesAFolderThatIsNotThere) {
  const base::Status opened = watch_.open(root_ / "no");
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().text,
            "cannot watch " + (root_ / "no").string() + ": No such file or directory");
}

}  // namespace
}  // namespace socketcluster::project
