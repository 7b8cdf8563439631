// SPDX-License-Identifier: MIT
#include "project/template_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

namespace socketcluster::project {
namespace {

namespace fs = std::filesystem;

const TemplateValues kValues{.app_name = "My_App", .app_id = "my-app", .version = "1.2.3"};

class TemplateFilesTest : public testing::Test {
 protected:
  TemplateFilesTest() {
    std::string name = testing::TempDir() + "template-XXXXXX";
    root_ = ::mkdtemp(name.data());
    write("from/worker.cpp", "// @APP_NAME@\n");
    write("from/kubernetes/a.yaml", "name: @APP_ID@\n");
    write("from/.gitignore", "/build/\n");
    write("from/public/socketcluster-client.min.js", "left over");
  }
  ~TemplateFilesTest() override { fs::remove_all(root_); }

  void write(const fs::path& file, const std::string& text) const {
    fs::create_directories((root_ / file).parent_path());
    std::ofstream(root_ / file) << text;
  }
  std::string text_of(const fs::path& file) const {
    std::ifstream stream(root_ / file);
    return {std::istreambuf_iterator<char>(stream), {}};
  }

  fs::path root_;
};

TEST(FillIn, ReplacesEveryPlaceholderOnce) {
  EXPECT_EQ(fill_in("@APP_NAME@ @APP_ID@ @VERSION@ @APP_NAME@ me@here", kValues),
            "My_App my-app 1.2.3 My_App me@here");
  TemplateValues odd = kValues;
  odd.app_name = "@APP_NAME@";
  EXPECT_EQ(fill_in("@APP_NAME@", odd), "@APP_NAME@");
}

TEST_F(TemplateFilesTest, CopiesFoldersAndHiddenFilesButNotTheClient) {
  ASSERT_TRUE(copy_template(root_ / "from", root_ / "to", kValues));
  EXPECT_EQ(text_of("to/worker.cpp"), "// My_App\n");
  EXPECT_EQ(text_of("to/kubernetes/a.yaml"), "name: my-app\n");
  EXPECT_EQ(text_of("to/.gitignore"), "/build/\n");
  EXPECT_FALSE(fs::exists(root_ / "to/public/socketcluster-client.min.js"));
}

TEST_F(TemplateFilesTest, FollowsTheLinksOfABuildTree) {
  fs::create_directory(root_ / "links");
  for (const char* name : {"worker.cpp", "kubernetes"}) {
    fs::create_symlink(root_ / "from" / name, root_ / "links" / name);
  }
  ASSERT_TRUE(copy_template(root_ / "links", root_ / "to", kValues));
  EXPECT_TRUE(fs::is_regular_file(fs::symlink_status(root_ / "to/worker.cpp")));
  EXPECT_TRUE(fs::is_directory(fs::symlink_status(root_ / "to/kubernetes")));
}

TEST_F(TemplateFilesTest, ReplacesItsOwnFilesAndWritesThroughNoLink) {
  write("to/own.cpp", "mine");
  write("elsewhere", "untouched");
  fs::create_symlink(root_ / "elsewhere", root_ / "to/worker.cpp");
  ASSERT_TRUE(copy_template(root_ / "from", root_ / "to", kValues));
  EXPECT_EQ(text_of("to/own.cpp"), "mine");
  EXPECT_EQ(text_of("elsewhere"), "untouched");
  EXPECT_EQ(text_of("to/worker.cpp"), "// My_App\n");
}

TEST_F(TemplateFilesTest, NamesTheFileThatCannotBeWritten) {
  write("to/worker.cpp/in the way", "");
  const base::Status copied = copy_template(root_ / "from", root_ / "to", kValues);
  ASSERT_FALSE(copied);
  EXPECT_EQ(copied.error().text,
            "cannot write " + (root_ / "to/worker.cpp").string() + ": File exists");
}

TEST_F(TemplateFilesTest, NamesAFolderThatCannotBeMade) {
  write("file", "");
  const base::Status copied = copy_template(root_ / "from", root_ / "file/to", kValues);
  ASSERT_FALSE(copied);
  EXPECT_EQ(copied.error().text,
            "cannot make " + (root_ / "file/to").string() + ": Not a directory");
}

}  // namespace
}  // namespace socketcluster::project
