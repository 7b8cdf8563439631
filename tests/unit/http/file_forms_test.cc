// SPDX-License-Identifier: MIT
// The forms in which StaticFiles sends a file: parts, compressed ones, and the page for what is
// missing.
#include <gtest/gtest.h>

#include <cstddef>
#include <string>
#include <string_view>

#include "unit/http/client_end.h"
#include "unit/http/files_test.h"

namespace socketcluster::http {
namespace {

std::string long_text(std::size_t size) {
  std::string text;
  while (text.size() < size) text += "line " + std::to_string(text.size()) + '\n';
  text.resize(size);
  return text;
}

std::string range(std::string_view value) {
  return "Range: " + std::string(value) + "\r\n";
}

constexpr std::string_view kAcceptsGzip = "Accept-Encoding: gzip\r\n";
constexpr std::string_view kAcceptsAll = "Accept-Encoding: gzip, br\r\n";

class FileForms : public test::FilesTest {
 protected:
  FileForms() {
    add("ten.txt", "0123456789");
    add("page.html", long_text(5000));
    add("icon.png", long_text(5000));
    serve();
  }
};

// ---- Ranges ----

TEST_F(FileForms, SendsAPart) {
  const std::string response = ask("GET", "/ten.txt", range("bytes=2-4"));
  EXPECT_EQ(status_of(response), "206");
  EXPECT_EQ(body_of(response), "234");
  EXPECT_EQ(field_of(response, "Content-Range"), "bytes 2-4/10");
  EXPECT_EQ(field_of(response, "Content-Length"), "3");
  EXPECT_EQ(field_of(response, "Content-Type"), "text/plain; charset=utf-8");
  EXPECT_EQ(field_of(response, "ETag"), field_of(ask("GET", "/ten.txt"), "ETag"));
}

TEST_F(FileForms, SendsTheEnd) {
  EXPECT_EQ(body_of(ask("GET", "/ten.txt", range("bytes=-3"))), "789");
  EXPECT_EQ(body_of(ask("GET", "/ten.txt", range("bytes=7-"))), "789");
}

TEST_F(FileForms, SaysWhatHasNoSuchPart) {
  const std::string response = ask("GET", "/ten.txt", range("bytes=10-"));
  EXPECT_EQ(status_of(response), "416");
  EXPECT_EQ(field_of(response, "Content-Range"), "bytes */10");
}

TEST_F(FileForms, SendsTheWholeForSeveralPartsAndForHead) {
  EXPECT_EQ(status_of(ask("GET", "/ten.txt", range("bytes=0-1,3-4"))), "200");
  EXPECT_EQ(status_of(ask("GET", "/ten.txt", range("bytes=0-1") + range("bytes=3-4"))), "200");
  EXPECT_EQ(status_of(ask("GET", "/ten.txt", range("lines=0-1"))), "200");
  const std::string head = ask("HEAD", "/ten.txt", range("bytes=0-1"));
  EXPECT_EQ(status_of(head), "200");
  EXPECT_EQ(field_of(head, "Content-Length"), "10");
  EXPECT_EQ(field_of(head, "Accept-Ranges"), "bytes");
}

// Both conditions used to be ignored: a client that goes on with a file got bytes of another one.
TEST_F(FileForms, SendsNothingOfWhatTheClientDoesNotAskFor) {
  const std::string tag = field_of(ask("GET", "/ten.txt"), "ETag");
  const std::string part = range("bytes=2-4");
  EXPECT_EQ(status_of(ask("GET", "/ten.txt", part + "If-Match: " + tag + "\r\n")), "206");
  EXPECT_EQ(status_of(ask("GET", "/ten.txt", part + "If-Match: \"other\"\r\n")), "412");
  EXPECT_EQ(status_of(ask("HEAD", "/ten.txt", "If-Match: \"other\"\r\n")), "412");
  const std::string since = "If-Unmodified-Since: Sun, 06 Nov 1994 08:49:37 GMT\r\n";
  EXPECT_EQ(status_of(ask("GET", "/ten.txt", since)), "412");
  EXPECT_EQ(status_of(ask("GET", "/ten.txt", since + "If-None-Match: " + tag + "\r\n")), "412");
}

TEST_F(FileForms, SendsAPartOnlyOfWhatTheClientHas) {
  const std::string whole = ask("GET", "/ten.txt");
  const auto status = [&](const std::string& condition) {
    return status_of(
        ask("GET", "/ten.txt", range("bytes=2-4") + "If-Range: " + condition + "\r\n"));
  };
  EXPECT_EQ(status(field_of(whole, "ETag")), "206");
  EXPECT_EQ(status(field_of(whole, "Last-Modified")), "206");
  EXPECT_EQ(status("W/" + field_of(whole, "ETag")), "200");
  EXPECT_EQ(status("\"other\""), "200");
  EXPECT_EQ(status("Sun, 06 Nov 1994 08:49:37 GMT"), "200");
}

TEST_F(FileForms, DoesNotTrustTheTagOfAFileThatHasJustChanged) {
  add("ten.txt", "0123456789", 1);
  const std::string tag = field_of(ask("GET", "/ten.txt"), "ETag");
  EXPECT_TRUE(tag.starts_with("W/\"")) << tag;
  EXPECT_EQ(status_of(ask("GET", "/ten.txt", range("bytes=2-4") + "If-Range: " + tag + "\r\n")),
            "200");
}

TEST_F(FileForms, SendsALargePart) {
  const std::string text = long_text(2'000'000);
  add("large.bin", text);
  const std::string response = ask("GET", "/large.bin", range("bytes=100000-1899999"));
  EXPECT_EQ(status_of(response), "206");
  EXPECT_TRUE(body_of(response) == text.substr(100'000, 1'800'000));
}

TEST_F(FileForms, NotModifiedComesBeforeARange) {
  const std::string tag = field_of(ask("GET", "/ten.txt"), "ETag");
  EXPECT_EQ(
      status_of(ask("GET", "/ten.txt", range("bytes=2-4") + "If-None-Match: " + tag + "\r\n")),
      "304");
}

// ---- Compressed forms ----

TEST_F(FileForms, CompressesTextForThoseWhoTakeIt) {
  const std::string response = ask("GET", "/page.html", kAcceptsGzip);
  EXPECT_EQ(field_of(response, "Content-Encoding"), "gzip");
  EXPECT_EQ(field_of(response, "Vary"), "Accept-Encoding");
  EXPECT_EQ(field_of(response, "Content-Type"), "text/html; charset=utf-8");
  EXPECT_EQ(field_of(response, "Content-Length"), std::to_string(body_of(response).size()));
  EXPECT_LT(body_of(response).size(), 2500U);
  EXPECT_TRUE(body_of(response).starts_with("\x1f\x8b"));
  const std::string head = ask("HEAD", "/page.html", kAcceptsGzip);
  EXPECT_EQ(head, response.substr(0, response.find("\r\n\r\n") + 4));
}

TEST_F(FileForms, SendsTheFileItselfToOthers) {
  for (const std::string_view fields :
       {"", "Accept-Encoding: br\r\n", "Accept-Encoding: gzip;q=0\r\n",
        "Accept-Encoding: gzip;q=0.5, identity\r\n", "Accept-Encoding: identity;q=0\r\n"}) {
    const std::string response = ask("GET", "/page.html", fields);
    EXPECT_EQ(field_of(response, "Content-Encoding"), "") << fields;
    EXPECT_EQ(field_of(response, "Vary"), "Accept-Encoding") << fields;
    EXPECT_TRUE(body_of(response) == long_text(5000)) << fields;
  }
}

TEST_F(FileForms, LeavesAloneWhatIsCompressedAlready) {
  add("icon.png.gz", "sibling");
  const std::string response = ask("GET", "/icon.png", kAcceptsGzip);
  EXPECT_EQ(field_of(response, "Content-Encoding"), "");
  EXPECT_EQ(field_of(response, "Vary"), "");
}

TEST_F(FileForms, PrefersSiblings) {
  add("page.html.br", "brotli");
  add("page.html.gz", "gzip");
  EXPECT_EQ(body_of(ask("GET", "/page.html", kAcceptsAll)), "brotli");
  EXPECT_EQ(body_of(ask("GET", "/page.html", kAcceptsGzip)), "gzip");
  const std::string weighted =
      ask("GET", "/page.html", "Accept-Encoding: gzip;q=0.9, br;q=0.5\r\n");
  EXPECT_EQ(body_of(weighted), "gzip");
  EXPECT_EQ(field_of(weighted, "Content-Encoding"), "gzip");
  EXPECT_EQ(field_of(weighted, "Content-Type"), "text/html; charset=utf-8");
  EXPECT_TRUE(body_of(ask("GET", "/page.html")) == long_text(5000));
}

TEST_F(FileForms, LeavesAloneSiblingsOfAnOlderFile) {
  add("page.html.br", "of an older one", 200);
  EXPECT_EQ(field_of(ask("GET", "/page.html", kAcceptsAll), "Content-Encoding"), "gzip");
}

TEST_F(FileForms, EachFormHasATagOfItsOwn) {
  add("page.html.br", "brotli");
  const std::string plain = field_of(ask("GET", "/page.html"), "ETag");
  const std::string gzip = field_of(ask("GET", "/page.html", kAcceptsGzip), "ETag");
  const std::string brotli = field_of(ask("GET", "/page.html", kAcceptsAll), "ETag");
  EXPECT_NE(plain, gzip);
  EXPECT_NE(gzip, brotli);
  const std::string condition = "If-None-Match: " + gzip + "\r\n";
  EXPECT_EQ(status_of(ask("GET", "/page.html", std::string(kAcceptsGzip) + condition)), "304");
  EXPECT_EQ(status_of(ask("GET", "/page.html", condition)), "200");
}

TEST_F(FileForms, PartsAreOfTheFileItself) {
  const std::string response =
      ask("GET", "/page.html", std::string(kAcceptsGzip) + range("bytes=0-9"));
  EXPECT_EQ(status_of(response), "206");
  EXPECT_EQ(field_of(response, "Content-Encoding"), "");
  EXPECT_EQ(body_of(response), long_text(10));
}

TEST_F(FileForms, CompressesNothingWhenSwitchedOff) {
  add("page.html.br", "brotli");
  serve({.compresses = false});
  const std::string response = ask("GET", "/page.html", kAcceptsAll);
  EXPECT_EQ(field_of(response, "Content-Encoding"), "");
  EXPECT_EQ(field_of(response, "Vary"), "");
}

// ---- Other options ----

TEST_F(FileForms, HasAPageForWhatIsMissing) {
  add("404.html", "<p>lost</p>");
  for (const char* target : {"/missing", "/.hidden", "/ten.txt/"}) {
    const std::string response = ask("GET", target);
    EXPECT_EQ(status_of(response), "404") << target;
    EXPECT_EQ(body_of(response), "<p>lost</p>") << target;
    EXPECT_EQ(field_of(response, "Content-Type"), "text/html; charset=utf-8") << target;
    EXPECT_EQ(field_of(response, "ETag"), "") << target;
  }
  EXPECT_EQ(body_of(ask("HEAD", "/missing")), "");
  serve({.not_found_page = ""});
  EXPECT_EQ(body_of(ask("GET", "/missing")), "Not Found");
}

TEST_F(FileForms, HasTheIndexThatIsAskedFor) {
  add("dir/start.htm", "start");
  add("dir/index.html", "index");
  serve({.index = "start.htm"});
  EXPECT_EQ(body_of(ask("GET", "/dir/")), "start");
  serve({.index = ""});
  EXPECT_EQ(status_of(ask("GET", "/dir/")), "404");
  EXPECT_EQ(status_of(ask("GET", "/dir")), "404");
}

TEST_F(FileForms, SaysHowLongFilesMayBeKept) {
  add("assets/app.1a2b.js", "let a;");
  EXPECT_EQ(field_of(ask("GET", "/ten.txt"), "Cache-Control"), "public, max-age=0");
  serve({.cache_control = "max-age=60", .immutable_prefixes = {"/assets/"}});
  EXPECT_EQ(field_of(ask("GET", "/ten.txt"), "Cache-Control"), "max-age=60");
  EXPECT_EQ(field_of(ask("GET", "/assets/app.1a2b.js"), "Cache-Control"),
            "public, max-age=31536000, immutable");
  serve({.cache_control = ""});
  EXPECT_EQ(field_of(ask("GET", "/ten.txt"), "Cache-Control"), "");
}

TEST_F(FileForms, RefusesACacheControlThatIsNoHeader) {
  const auto opened = StaticFiles::open(root().string(), &test::fixed_clock,
                                        {.cache_control = "a\r\nSet-Cookie: b"});
  ASSERT_FALSE(opened.has_value());
  EXPECT_NE(opened.error().text.find("Cache-Control"), std::string::npos);
}

// ---- Fairness ----

// One client takes a large file as fast as it comes: another one's request is answered meanwhile.
TEST_F(FileForms, ALargeFileLeavesOthersTheirTurn) {
  constexpr std::size_t kSize = 64'000'000;
  directory_.write("root/huge.bin", "");
  std::filesystem::resize_file(root() / "huge.bin", kSize);
  test::ClientEnd greedy = connect();
  greedy.send("GET /huge.bin HTTP/1.1\r\nHost: h\r\n\r\n");
  std::string received = greedy.receive(1'000'000);
  EXPECT_EQ(body_of(ask("GET", "/ten.txt")), "0123456789");
  received += greedy.receive(kSize + received.find("\r\n\r\n") + 4 - received.size());
  EXPECT_EQ(body_of(received).size(), kSize);
}

}  // namespace
}  // namespace socketcluster::http
