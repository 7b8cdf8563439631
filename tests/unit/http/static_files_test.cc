// SPDX-License-Identifier: MIT
#include "http/static_files.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

#include "http/http_date.h"
#include "http/mime_types.h"
#include "unit/http/client_end.h"
#include "unit/http/files_test.h"

namespace socketcluster::http {
namespace {

using test::fixed_clock;

class StaticFilesTest : public test::FilesTest {
 protected:
  StaticFilesTest() {
    directory_.write("secret.txt", "outside");
    directory_.write("root/index.html", "<p>home</p>");
    directory_.write("root/app.js", "let a;");
    directory_.write("root/a b.txt", "blank");
    directory_.write("root/empty.css", "");
    directory_.write("root/sub/index.html", "sub");
    directory_.write("root/plain/file.bin", "bin");
    directory_.write("root/.env", "hidden");
    directory_.write("root/.git/config", "hidden");
    serve();
  }
};

TEST_F(StaticFilesTest, ServesAFileWithItsMetadata) {
  const timespec times[2] = {{784111777, 0}, {784111777, 0}};
  ASSERT_EQ(::utimensat(AT_FDCWD, (root() / "app.js").c_str(), times, 0), 0);
  const std::string response = ask("GET", "/app.js?v=1");
  EXPECT_EQ(status_of(response), "200");
  EXPECT_EQ(body_of(response), "let a;");
  EXPECT_EQ(field_of(response, "Content-Type"), "text/javascript; charset=utf-8");
  EXPECT_EQ(field_of(response, "Content-Length"), "6");
  EXPECT_EQ(field_of(response, "X-Content-Type-Options"), "nosniff");
  EXPECT_EQ(field_of(response, "Last-Modified"), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_TRUE(field_of(response, "ETag").starts_with("\""));
}

TEST_F(StaticFilesTest, ServesEmptyFilesAndDecodedNames) {
  EXPECT_EQ(field_of(ask("GET", "/empty.css"), "Content-Length"), "0");
  EXPECT_EQ(body_of(ask("GET", "/a%20b.txt")), "blank");
}

TEST_F(StaticFilesTest, HeadIsGetWithoutBody) {
  const std::string get = ask("GET", "/app.js");
  const std::string head = ask("HEAD", "/app.js");
  EXPECT_EQ(head, get.substr(0, get.find("\r\n\r\n") + 4));
}

TEST_F(StaticFilesTest, DirectoriesHaveAnIndexOrNothing) {
  EXPECT_EQ(body_of(ask("GET", "/")), "<p>home</p>");
  EXPECT_EQ(body_of(ask("GET", "/sub/")), "sub");
  EXPECT_EQ(status_of(ask("GET", "/plain/")), "404");
  const std::string redirect = ask("GET", "/sub?a=b");
  EXPECT_EQ(status_of(redirect), "301");
  EXPECT_EQ(field_of(redirect, "Location"), "/sub/?a=b");
  EXPECT_EQ(status_of(ask("GET", "/app.js/")), "404");
}

TEST_F(StaticFilesTest, OtherMethodsAreNotAllowed) {
  for (const char* method : {"POST", "PUT", "DELETE", "get"}) {
    const std::string response = ask(method, "/app.js");
    EXPECT_EQ(status_of(response), "405") << method;
    EXPECT_EQ(field_of(response, "Allow"), "GET, HEAD") << method;
  }
}

// It used to be 405, by which a load balancer that asks so took the server for ill.
TEST_F(StaticFilesTest, OptionsTellsWhatIsAllowed) {
  for (const char* target : {"/app.js", "/missing", "*"}) {
    const std::string response = ask("OPTIONS", target);
    EXPECT_EQ(status_of(response), "204") << target;
    EXPECT_EQ(field_of(response, "Allow"), "GET, HEAD") << target;
    EXPECT_EQ(body_of(response), "") << target;
  }
}

TEST_F(StaticFilesTest, AFileFromTheFutureIsAsOldAsItsAnswer) {
  add("later.txt", "later", -3600);
  const std::string response = ask("GET", "/later.txt");
  EXPECT_EQ(field_of(response, "Last-Modified"), format_http_date(test::fixed_clock()));
}

TEST_F(StaticFilesTest, AnswersNotModifiedForItsOwnValidators) {
  const std::string first = ask("GET", "/app.js");
  const std::string by_tag =
      ask("GET", "/app.js", "If-None-Match: " + field_of(first, "ETag") + "\r\n");
  EXPECT_EQ(status_of(by_tag), "304");
  EXPECT_EQ(body_of(by_tag), "");
  EXPECT_EQ(field_of(by_tag, "ETag"), field_of(first, "ETag"));
  const std::string by_date =
      ask("GET", "/app.js", "If-Modified-Since: " + field_of(first, "Last-Modified") + "\r\n");
  EXPECT_EQ(status_of(by_date), "304");
  directory_.write("root/app.js", "let changed;");
  const std::string changed =
      ask("GET", "/app.js", "If-None-Match: " + field_of(first, "ETag") + "\r\n");
  EXPECT_EQ(body_of(changed), "let changed;");
}

TEST_F(StaticFilesTest, NothingOutsideTheRootOrHiddenIsServed) {
  for (const char* target : {"/../secret.txt",
                             "/%2e%2e/secret.txt",
                             "/.%2e/secret.txt",
                             "/..%2fsecret.txt",
                             "/sub/../../secret.txt",
                             "/sub/%2e%2e/%2e%2e/secret.txt",
                             "/..%5csecret.txt",
                             "//secret.txt",
                             "//etc/passwd",
                             "/%2fetc/passwd",
                             "/app.js%00",
                             "/app.js%00.html",
                             "/.env",
                             "/%2eenv",
                             "/.git/config",
                             "/sub/./index.html",
                             "/sub//index.html",
                             "/missing",
                             "/missing/",
                             "/sub/missing.txt",
                             "/app.js/x"}) {
    const std::string response = ask("GET", target);
    EXPECT_EQ(status_of(response), "404") << target;
    EXPECT_EQ(body_of(response), "Not Found") << target;
  }
  EXPECT_EQ(status_of(ask("GET", "/" + std::string(300, 'n'))), "404");
  EXPECT_EQ(status_of(ask("GET", "/%zz")), "400");
}

TEST_F(StaticFilesTest, LinksMayNotLeaveTheRoot) {
  namespace fs = std::filesystem;
  fs::create_symlink("../secret.txt", root() / "relative.txt");
  fs::create_symlink(directory_.path() / "secret.txt", root() / "absolute.txt");
  fs::create_symlink("..", root() / "up");
  fs::create_symlink("loop", root() / "loop");
  fs::create_symlink("app.js", root() / "inside.js");
  for (const char* target : {"/relative.txt", "/absolute.txt", "/up/secret.txt", "/loop"}) {
    EXPECT_EQ(status_of(ask("GET", target)), "404") << target;
  }
  EXPECT_EQ(body_of(ask("GET", "/inside.js")), "let a;");
}

TEST_F(StaticFilesTest, OnlyRegularFilesAreServed) {
  ASSERT_EQ(::mkfifo((root() / "fifo").c_str(), 0600), 0);
  EXPECT_EQ(status_of(ask("GET", "/fifo")), "404");
}

TEST_F(StaticFilesTest, WithoutHelpOfTheKernelNoLinkIsFollowed) {
  namespace fs = std::filesystem;
  fs::create_symlink("../secret.txt", root() / "link.txt");
  fs::create_symlink("sub", root() / "linked");
  const auto opened = DirectoryRoot::open(root().string());
  ASSERT_TRUE(opened.has_value());
  const auto kind = [&](const char* name) { return opened->open_file_without_links(name).kind; };
  EXPECT_EQ(kind("app.js"), OpenedFile::Kind::kFile);
  EXPECT_EQ(kind("sub/index.html"), OpenedFile::Kind::kFile);
  EXPECT_EQ(kind("sub"), OpenedFile::Kind::kDirectory);
  EXPECT_EQ(kind("sub/"), OpenedFile::Kind::kDirectory);
  EXPECT_EQ(kind(""), OpenedFile::Kind::kDirectory);
  EXPECT_EQ(kind("link.txt"), OpenedFile::Kind::kNone);
  EXPECT_EQ(kind("linked/index.html"), OpenedFile::Kind::kNone);
  EXPECT_EQ(kind("missing/index.html"), OpenedFile::Kind::kNone);
}

std::size_t open_descriptors() {
  std::size_t count = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    ++count;
  }
  return count;
}

TEST_F(StaticFilesTest, StreamsALargeFile) {
  std::string text(3'000'000, ' ');
  for (std::size_t i = 0; i < text.size(); ++i) text[i] = static_cast<char>('a' + i % 23);
  directory_.write("root/large.bin", text);
  EXPECT_TRUE(body_of(ask("GET", "/large.bin")) == text);
}

TEST_F(StaticFilesTest, ClosesTheFileWhenTheClientGoesAway) {
  directory_.write("root/large.bin", std::string(3'000'000, 'x'));
  const std::size_t before = open_descriptors();
  {
    test::ClientEnd client = connect();
    client.send("GET /large.bin HTTP/1.1\r\nHost: h\r\n\r\n");
    client.run_some();
    EXPECT_EQ(open_descriptors(), before + 3);  // two ends and the file
  }
  for (int i = 0; i < 100 && loop_.connection_count() > 0; ++i) {
    loop_.run_once(std::chrono::milliseconds(1));
  }
  EXPECT_EQ(open_descriptors(), before);
}

TEST_F(StaticFilesTest, FileThatShrinksWhileItIsSentClosesTheConnection) {
  directory_.write("root/large.bin", std::string(3'000'000, 'x'));
  test::ClientEnd client = connect();
  client.send("GET /large.bin HTTP/1.1\r\nHost: h\r\n\r\n");
  client.run_some();
  std::filesystem::resize_file(root() / "large.bin", 1000);
  const std::string received = client.receive_all();
  EXPECT_EQ(field_of(received, "Content-Length"), "3000000");
  EXPECT_LT(body_of(received).size(), 3'000'000U);
}

TEST(StaticFilesOpen, NamesADirectoryThatIsMissing) {
  const auto opened = StaticFiles::open("/nonexistent-directory", &fixed_clock);
  ASSERT_FALSE(opened.has_value());
  EXPECT_EQ(opened.error().text,
            "cannot serve files from /nonexistent-directory: No such file or directory");
}

TEST(MimeTypes, GoesByTheLastExtensionInAnyCase) {
  EXPECT_EQ(media_type_for("a/index.HTML"), "text/html; charset=utf-8");
  EXPECT_EQ(media_type_for("socketcluster-client.min.js"), "text/javascript; charset=utf-8");
  EXPECT_EQ(media_type_for("a.js.map"), "application/json; charset=utf-8");
  EXPECT_EQ(media_type_for("x.wasm"), "application/wasm");
  EXPECT_EQ(media_type_for("x.woff2"), "font/woff2");
  EXPECT_EQ(media_type_for("sound.m4a"), "audio/mp4");
  EXPECT_EQ(media_type_for("film.m3u8"), "application/vnd.apple.mpegurl");
  EXPECT_EQ(media_type_for("film.vtt"), "text/vtt; charset=utf-8");
  EXPECT_EQ(media_type_for("feed.rss"), "application/rss+xml");
  EXPECT_EQ(media_type_for("a.html/README"), "application/octet-stream");
  EXPECT_EQ(media_type_for("x.unknown"), "application/octet-stream");
  EXPECT_EQ(media_type_for(""), "application/octet-stream");
}

TEST(MimeTypes, KnowsWhatBecomesSmaller) {
  for (const char* name : {"a.html", "a.json", "a.svg", "a.rss", "a.geojson", "a.m3u8", "a.wasm"}) {
    EXPECT_TRUE(is_compressible(media_type_for(name))) << name;
  }
  for (const char* name : {"a.png", "a.woff2", "a.m4a", "a.zip", "a.bin"}) {
    EXPECT_FALSE(is_compressible(media_type_for(name))) << name;
  }
}

}  // namespace
}  // namespace socketcluster::http
