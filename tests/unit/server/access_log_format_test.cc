// SPDX-License-Identifier: MIT
#include "server/access_log_format.h"

#include <gtest/gtest.h>
#include <boost/json/parse.hpp>

#include <algorithm>
#include <string>

#include "http/limits.h"
#include "http/request_parser.h"

namespace socketcluster::server {
namespace {

constexpr std::int64_t kTime = 971'186'136;  // 2000-10-10T13:55:36Z

class AccessLogFormatTest : public ::testing::Test {
 protected:
  AccessLogFormatTest() {
    const std::string text =
        "GET /a?b=\"c\\ HTTP/1.0\r\nReferer: http://r/\r\nUser-Agent: a\"\\\xff\tz\r\n\r\n";
    EXPECT_EQ(parser_.feed(text).outcome, http::RequestParser::Outcome::kComplete);
  }
  http::AccessRecord record(int status) {
    return {.request = &parser_.request(),
            .peer = peer_,
            .status = status,
            .body_bytes = 12345,
            .duration_ms = 7};
  }

  const http::RequestLimits limits_;  // the parser refers to it
  http::RequestParser parser_{limits_};
  const std::string peer_ = "192.0.2.1";
  std::string out_;
};

TEST_F(AccessLogFormatTest, CombinedLineIsAsOfApache) {
  append_combined_line(out_, record(200), "192.0.2.9", kTime);
  EXPECT_EQ(out_,
            "192.0.2.9 - - [10/Oct/2000:13:55:36 +0000] \"GET /a?b=\\\"c\\\\ HTTP/1.0\" 200 12345 "
            "\"http://r/\" \"a\\\"\\\\\\xff\\x09z\"\n");
}

TEST_F(AccessLogFormatTest, JsonLineIsJson) {
  append_json_line(out_, record(404), "192.0.2.9", kTime);
  EXPECT_EQ(std::count(out_.begin(), out_.end(), '\n'), 1);
  const auto line = boost::json::parse(out_).as_object();
  EXPECT_EQ(line.at("time"), "2000-10-10T13:55:36Z");
  EXPECT_EQ(line.at("client"), "192.0.2.9");
  EXPECT_EQ(line.at("method"), "GET");
  EXPECT_EQ(line.at("target"), "/a?b=\"c\\");
  EXPECT_EQ(line.at("protocol"), "HTTP/1.0");
  EXPECT_EQ(line.at("status"), 404);
  EXPECT_EQ(line.at("bytes"), 12345);
  EXPECT_EQ(line.at("ms"), 7);
  EXPECT_EQ(line.at("userAgent"), "a\"\\\u00ff\tz");
}

TEST_F(AccessLogFormatTest, HasALineForWhatCouldNotBeRead) {
  http::AccessRecord unread = record(400);
  unread.request = nullptr;
  append_combined_line(out_, unread, "", kTime);
  EXPECT_EQ(out_, "- - - [10/Oct/2000:13:55:36 +0000] \"-\" 400 12345 \"-\" \"-\"\n");
  out_.clear();
  append_json_line(out_, unread, "192.0.2.9", kTime);
  EXPECT_FALSE(boost::json::parse(out_).as_object().contains("target"));
}

}  // namespace
}  // namespace socketcluster::server
