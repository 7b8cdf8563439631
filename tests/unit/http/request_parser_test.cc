// SPDX-License-Identifier: MIT
#include "http/request_parser.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace socketcluster::http {
namespace {

using Outcome = RequestParser::Outcome;

struct Parsed {
  std::vector<std::string> requests;  // a line of text for each
  int failure_status = 0;
  bool is_between_requests = true;

  bool operator==(const Parsed&) const = default;
};

std::string describe(const Request& request) {
  std::string text(request.method());
  text.append("|").append(request.target()).append("|").append(request.path()).append("|");
  text.append(request.query()).append(request.keep_alive() ? "|keep" : "|close");
  if (request.is_upgrade()) text += "|upgrade";
  for (std::size_t i = 0; i < request.field_count(); ++i) {
    text.append("|").append(request.field(i).name).append("=").append(request.field(i).value);
  }
  return text.append("|").append(request.body());
}

// Parses a stream of requests given in pieces, as a connection does.
class Stream {
 public:
  explicit Stream(RequestLimits limits = {}) : limits_(limits) {}

  void feed(std::string_view bytes) {
    while (!bytes.empty() && parsed_.failure_status == 0) {
      if (parser_ == nullptr) parser_ = std::make_unique<RequestParser>(limits_);
      const auto progress = parser_->feed(bytes);
      bytes.remove_prefix(progress.consumed);
      if (progress.outcome == Outcome::kFailed) parsed_.failure_status = parser_->failure_status();
      if (progress.outcome == Outcome::kComplete) {
        parsed_.requests.push_back(describe(parser_->request()));
        parser_.reset();
      }
    }
    parsed_.is_between_requests = parser_ == nullptr;
  }
  const Parsed& parsed() const { return parsed_; }

 private:
  RequestLimits limits_;
  std::unique_ptr<RequestParser> parser_;
  Parsed parsed_;
};

Parsed parse(std::string_view bytes, RequestLimits limits = {}) {
  Stream stream(limits);
  stream.feed(bytes);
  return stream.parsed();
}

int status_of(std::string_view bytes, RequestLimits limits = {}) {
  return parse(bytes, limits).failure_status;
}

// Parses one request that must be complete.
Request parse_one(std::string_view bytes) {
  const RequestLimits limits;
  RequestParser parser(limits);
  const auto progress = parser.feed(bytes);
  EXPECT_EQ(progress.outcome, Outcome::kComplete) << bytes;
  EXPECT_EQ(progress.consumed, bytes.size());
  return parser.request();
}

TEST(RequestParser, GivesAllPartsOfARequest) {
  const Request request = parse_one(
      "POST /a%20b/c?x=1&y=%2F HTTP/1.1\r\nHost: example.com:8000\r\nX-Empty:\r\n"
      "x-two: \t one \r\nX-Two:two, three\r\nContent-Length: 5\r\n\r\nhello");
  EXPECT_EQ(request.method(), "POST");
  EXPECT_EQ(request.target(), "/a%20b/c?x=1&y=%2F");
  EXPECT_EQ(request.raw_path(), "/a%20b/c");
  EXPECT_EQ(request.path(), "/a b/c");
  EXPECT_EQ(request.query(), "x=1&y=%2F");
  EXPECT_EQ(request.version(), Version::kHttp11);
  EXPECT_EQ(request.body(), "hello");
  EXPECT_EQ(request.field_count(), 5U);
  EXPECT_EQ(request.field(2).name, "x-two");
  EXPECT_EQ(request.field(2).value, "one");
  EXPECT_EQ(request.header("HOST"), "example.com:8000");
  EXPECT_EQ(request.header("x-empty"), "");
  EXPECT_FALSE(request.header("Cookie").has_value());
  EXPECT_EQ(request.count_header("X-TWO"), 2U);
  EXPECT_EQ(request.joined_header("X-Two"), "one, two, three");
  EXPECT_TRUE(request.header_has_token("x-two", "THREE"));
  EXPECT_FALSE(request.header_has_token("x-two", "thre"));
}

TEST(RequestParser, CopiedRequestOutlivesTheParser) {
  Request copy = parse_one("GET / HTTP/1.0\r\n\r\n");
  const Request moved = std::move(copy);
  EXPECT_EQ(moved.method(), "GET");
  EXPECT_EQ(moved.path(), "/");
}

// NOLINTBEGIN(bugprone-suspicious-missing-comma): some streams take two lines
const std::vector<std::string_view> kStreams = {
    "GET / HTTP/1.1\r\nHost: a\r\n\r\nGET /b?c HTTP/1.1\r\nHost: b\r\nConnection: close\r\n\r\n",
    "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\nhello\r\n\r\nhiGET / "
    "HTTP/1.0\r\n\r\n",
    "\r\n\r\nPUT /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
    "5;a=\"b\"\r\nhello\r\n0a\r\n0123456789\r\n0\r\nTrailer: x\r\n\r\nGET /2 HTTP/1.1\r\nHost: "
    "b\r\n\r\n",
    "GET /socketcluster/ HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, Upgrade\r\n"
    "Upgrade: websocket\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost : a\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nxGET",
    "GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/2.0\r\n\r\n",
};
// NOLINTEND(bugprone-suspicious-missing-comma)

TEST(RequestParser, SameOutcomeAtEverySplitPosition) {
  for (const std::string_view bytes : kStreams) {
    const Parsed whole = parse(bytes);
    for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
      Stream stream;
      stream.feed(bytes.substr(0, cut));
      stream.feed(bytes.substr(cut));
      EXPECT_EQ(stream.parsed(), whole) << "cut at " << cut << " of\n" << bytes;
    }
  }
}

TEST(RequestParser, SameOutcomeByteByByte) {
  for (const std::string_view bytes : kStreams) {
    Stream stream;
    for (const char c : bytes) stream.feed({&c, 1});
    EXPECT_EQ(stream.parsed(), parse(bytes)) << bytes;
  }
}

TEST(RequestParser, PipelinedRequestsComeOutInOrder) {
  const Parsed parsed = parse(kStreams[1]);
  ASSERT_EQ(parsed.requests.size(), 2U);
  EXPECT_EQ(parsed.requests[0], "POST|/x|/x||keep|Host=a|Content-Length=11|hello\r\n\r\nhi");
  EXPECT_EQ(parsed.requests[1], "GET|/|/||close|");
  EXPECT_TRUE(parsed.is_between_requests);
}

TEST(RequestParser, JoinsChunksAndDropsTrailers) {
  const Parsed parsed = parse(kStreams[2]);
  ASSERT_EQ(parsed.requests.size(), 2U);
  EXPECT_EQ(parsed.requests[0], "PUT|/x|/x||keep|Host=a|Transfer-Encoding=chunked|hello0123456789");
}

TEST(RequestParser, EveryPrefixOfARequestIsIncompleteNotMalformed) {
  const std::string_view bytes = kStreams[2].substr(0, kStreams[2].find("GET"));
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const Parsed parsed = parse(bytes.substr(0, size));
    EXPECT_EQ(parsed.failure_status, 0) << size;
    EXPECT_TRUE(parsed.requests.empty()) << size;
  }
}

// ---- Limits
// --------------------------------------------------------------------------------------

std::string head_of(std::size_t bytes) {
  std::string head = "GET / HTTP/1.1\r\nHost: a\r\nX: ";
  head.append(bytes - head.size() - 4, 'x');
  return head + "\r\n\r\n";
}

TEST(RequestParser, HeaderBytesAtTheLimitAndOneAbove) {
  EXPECT_EQ(parse(head_of(16384)).requests.size(), 1U);
  EXPECT_EQ(status_of(head_of(16385)), 431);
}

TEST(RequestParser, HeaderBlockWithoutEndIsRefusedAtTheLimit) {
  const std::string head = "GET / HTTP/1.1\r\nX: " + std::string(20000, 'x');
  EXPECT_EQ(status_of(std::string_view(head).substr(0, 16384)), 0);
  EXPECT_EQ(status_of(std::string_view(head).substr(0, 16385)), 431);
}

TEST(RequestParser, EmptyLinesBeforeARequestCountAsHeaderBytes) {
  std::string lines;
  while (lines.size() <= 16384) lines += "\r\n";
  EXPECT_EQ(status_of(lines), 431);
}

TEST(RequestParser, HeaderCountAtTheLimitAndOneAbove) {
  std::string head = "GET / HTTP/1.1\r\nHost: a\r\n";
  for (int i = 1; i < 100; ++i) head += "a: b\r\n";
  EXPECT_EQ(parse(head + "\r\n").requests.size(), 1U);
  EXPECT_EQ(status_of(head + "a: b\r\n\r\n"), 431);
}

TEST(RequestParser, TargetLengthAtTheLimitAndOneAbove) {
  const std::string target = "/" + std::string(8191, 'a');
  EXPECT_EQ(parse("GET " + target + " HTTP/1.1\r\nHost: a\r\n\r\n").requests.size(), 1U);
  EXPECT_EQ(status_of("GET " + target + "a HTTP/1.1\r\nHost: a\r\n\r\n"), 414);
  EXPECT_EQ(status_of("GET /" + std::string(100000, 'a')), 414);
}

TEST(RequestParser, ContentLengthAtTheLimitAndOneAbove) {
  const std::string head = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ";
  EXPECT_EQ(parse(head + "1048576\r\n\r\n" + std::string(1048576, 'b')).requests.size(), 1U);
  EXPECT_EQ(status_of(head + "1048577\r\n\r\n"), 413);  // before any of the body
  EXPECT_EQ(status_of(head + "9999999999999999999\r\n\r\n"), 413);
}

TEST(RequestParser, ChunkedBodyAtTheLimitAndOneAbove) {
  const RequestLimits limits{.body_bytes = 20};
  const std::string head = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
  const std::string ten = "a\r\n0123456789\r\n";
  EXPECT_EQ(parse(head + ten + ten + "0\r\n\r\n", limits).requests.size(), 1U);
  EXPECT_EQ(
      parse(head + "14\r\n" + std::string(20, 'x') + "\r\n000\r\n\r\n", limits).requests.size(),
      1U);
  EXPECT_EQ(status_of(head + ten + ten + "1", limits), 413);
  EXPECT_EQ(status_of(head + "15", limits), 413);
  EXPECT_EQ(status_of(head + "ffffffffffffffff", limits), 413);
  EXPECT_EQ(status_of(head + "10000000000000000", limits), 413);
}

TEST(RequestParser, ChunkLineAndTrailersAreBounded) {
  const std::string head = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
  const std::string line255 = "1;" + std::string(253, 'e');
  EXPECT_EQ(parse(head + line255 + "\r\nx\r\n0\r\n\r\n").requests.size(), 1U);
  EXPECT_EQ(status_of(head + line255 + "ee\r\nx\r\n0\r\n\r\n"), 400);
  EXPECT_EQ(parse(head + "0\r\na:" + std::string(4090, 'x') + "\r\n\r\n").requests.size(), 1U);
  EXPECT_EQ(status_of(head + "0\r\na:" + std::string(4091, 'x') + "\r\n\r\n"), 431);
}

// ---- Refusals
// ------------------------------------------------------------------------------------

struct Refusal {
  const char* what;
  std::string bytes;
  int status;
};

TEST(RequestParser, RefusesWhatIsMalformed) {
  using namespace std::string_literals;  // NULs in the table
  const std::vector<Refusal> table = {
      {"garbage", "\x16\x03\x01\x02\x00"s, 400},
      {"bare LF after the request line", "GET / HTTP/1.1\nHost: a\r\n\r\n", 400},
      {"bare LF after a field", "GET / HTTP/1.1\r\nHost: a\n\r\n", 400},
      {"bare CR in a value", "GET / HTTP/1.1\r\nHost: a\rb\r\n\r\n", 400},
      {"bare CR before the request", "\rGET / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"NUL in a value", "GET / HTTP/1.1\r\nHost: a\r\nX: \0\r\n\r\n"s, 400},
      {"NUL in a name", "GET / HTTP/1.1\r\nHost: a\r\nX\0: b\r\n\r\n"s, 400},
      {"NUL in the target", "GET /\0 HTTP/1.1\r\nHost: a\r\n\r\n"s, 400},
      {"DEL in a value", "GET / HTTP/1.1\r\nHost: a\r\nX: \x7f\r\n\r\n", 400},
      {"space before the colon", "GET / HTTP/1.1\r\nHost : a\r\n\r\n", 400},
      {"tab before the colon", "GET / HTTP/1.1\r\nHost\t: a\r\n\r\n", 400},
      {"obs-fold", "GET / HTTP/1.1\r\nHost: a\r\nX: b\r\n c\r\n\r\n", 400},
      {"obs-fold with a tab", "GET / HTTP/1.1\r\nHost: a\r\nX: b\r\n\tc\r\n\r\n", 400},
      {"white space before the first field", "GET / HTTP/1.1\r\n Host: a\r\n\r\n", 400},
      {"field without colon", "GET / HTTP/1.1\r\nHost\r\n\r\n", 400},
      {"field without name", "GET / HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n", 400},
      {"no target", "GET HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"empty target", "GET  HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"two spaces", "GET /  HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"space in the target", "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"space at the end of the line", "GET / HTTP/1.1 \r\nHost: a\r\n\r\n", 400},
      {"leading space", " GET / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"no version", "GET /\r\nHost: a\r\n\r\n", 400},
      {"method is no token", "G{T / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"not HTTP", "GET / HTTQ/1.1\r\nHost: a\r\n\r\n", 400},
      {"lower-case http", "GET / http/1.1\r\nHost: a\r\n\r\n", 400},
      {"version of one digit", "GET / HTTP/1\r\nHost: a\r\n\r\n", 400},
      {"version of three digits", "GET / HTTP/1.10\r\nHost: a\r\n\r\n", 400},
      {"relative target", "GET a/b HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"foreign scheme", "GET ftp://a/ HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"absolute without host", "GET http:/// HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"absolute with user", "GET http://u@a/ HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"asterisk for GET", "GET * HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"fragment", "GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"octets above ASCII in the target", "GET /\xc3\xa4 HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"broken percent-encoding", "GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"cut percent-encoding", "GET /%2 HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"no Host", "GET / HTTP/1.1\r\n\r\n", 400},
      {"two Hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400},
      {"two Hosts in 1.0", "GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n", 400},
      {"Host with a path", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400},
      {"Host with a space", "GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400},
      {"HTTP/2.0", "GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505},
      {"HTTP/1.2", "GET / HTTP/1.2\r\nHost: a\r\n\r\n", 505},
      {"HTTP/0.9", "GET / HTTP/0.9\r\n\r\n", 505},
      {"HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
      {"unknown expectation", "GET / HTTP/1.1\r\nHost: a\r\nExpect: magic\r\n\r\n", 417},
  };
  for (const Refusal& refusal : table) {
    EXPECT_EQ(status_of(refusal.bytes), refusal.status) << refusal.what;
  }
}

TEST(RequestParser, RefusesAmbiguousFraming) {
  const std::string line = "POST / HTTP/1.1\r\nHost: a\r\n";
  const std::vector<Refusal> table = {
      {"CL and TE", "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n", 400},
      {"TE and CL", "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n", 400},
      {"two equal CL", "Content-Length: 4\r\nContent-Length: 4\r\n", 400},
      {"two different CL", "Content-Length: 4\r\nContent-Length: 5\r\n", 400},
      {"CL list", "Content-Length: 4, 4\r\n", 400},
      {"empty CL", "Content-Length:\r\n", 400},
      {"signed CL", "Content-Length: +4\r\n", 400},
      {"negative CL", "Content-Length: -4\r\n", 400},
      {"hexadecimal CL", "Content-Length: 0x4\r\n", 400},
      {"CL with inner space", "Content-Length: 1 2\r\n", 400},
      {"TE twice", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", 400},
      {"TE twice, one unknown", "Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n", 400},
      {"empty TE", "Transfer-Encoding:\r\n", 400},
      {"TE with space before the colon", "Transfer-Encoding : chunked\r\n", 400},
      {"TE unknown", "Transfer-Encoding: xchunked\r\n", 501},
      {"TE identity", "Transfer-Encoding: identity\r\n", 501},
      {"TE gzip, chunked", "Transfer-Encoding: gzip, chunked\r\n", 501},
      {"TE chunked, chunked", "Transfer-Encoding: chunked, chunked\r\n", 501},
      {"TE with vertical tab", "Transfer-Encoding: \vchunked\r\n", 400},
      {"TE quoted", "Transfer-Encoding: \"chunked\"\r\n", 501},
  };
  for (const Refusal& refusal : table) {
    EXPECT_EQ(status_of(line + refusal.bytes + "\r\n"), refusal.status) << refusal.what;
  }
  EXPECT_EQ(status_of("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"), 400);
}

TEST(RequestParser, RefusesMalformedChunks) {
  const std::string head = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (const char* chunks :
       {"g\r\n", "\r\n", " 1\r\nx\r\n", "1 \r\nx\r\n", "0x1\r\nx\r\n", "-1\r\n", "1\nx\r\n",
        "1\r\nxx\r\n", "1\r\nx\n", "1\r\nx\rx", "1;a\nb\r\nx\r\n", "1;\x01\r\nx\r\n", "0\r\n\n",
        "0\r\n a: b\r\n\r\n", "0\r\na\x01\r\n\r\n", "0\r\na: b\n\r\n", "0\r\n\rx"}) {
    EXPECT_EQ(status_of(head + chunks), 400) << chunks;
  }
}

// ---- Meaning
// -------------------------------------------------------------------------------------

TEST(RequestParser, KeepAliveMatrix) {
  const auto keep = [](std::string_view version, std::string_view fields) {
    return parse_one("GET / HTTP/" + std::string(version) + "\r\nHost: a\r\n" +
                     std::string(fields) + "\r\n")
        .keep_alive();
  };
  EXPECT_TRUE(keep("1.1", ""));
  EXPECT_TRUE(keep("1.1", "Connection: keep-alive\r\n"));
  EXPECT_FALSE(keep("1.1", "Connection: close\r\n"));
  EXPECT_FALSE(keep("1.1", "Connection: x, CLOSE\r\n"));
  EXPECT_FALSE(keep("1.1", "Connection: keep-alive\r\nConnection: close\r\n"));
  EXPECT_FALSE(keep("1.0", ""));
  EXPECT_TRUE(keep("1.0", "Connection: Keep-Alive\r\n"));
  EXPECT_FALSE(keep("1.0", "Connection: keep-alive, close\r\n"));
}

TEST(RequestParser, UpgradeNeedsBothFieldsHttp11AndNoBody) {
  const auto upgrade = [](std::string_view version, std::string_view fields) {
    return parse_one("GET / HTTP/" + std::string(version) + "\r\nHost: a\r\n" +
                     std::string(fields) + "\r\n")
        .is_upgrade();
  };
  EXPECT_TRUE(upgrade("1.1", "Connection: Upgrade\r\nUpgrade: websocket\r\n"));
  EXPECT_TRUE(upgrade("1.1", "Upgrade: x\r\nConnection: keep-alive, upgrade\r\n"));
  EXPECT_TRUE(upgrade("1.1", "Upgrade: x\r\nConnection: upgrade\r\nContent-Length: 0\r\n"));
  EXPECT_FALSE(upgrade("1.0", "Connection: Upgrade\r\nUpgrade: websocket\r\n"));
  EXPECT_FALSE(upgrade("1.1", "Upgrade: websocket\r\n"));
  EXPECT_FALSE(upgrade("1.1", "Connection: Upgrade\r\n"));
  EXPECT_FALSE(parse_one("POST / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: x\r\n"
                         "Content-Length: 1\r\n\r\nx")
                   .is_upgrade());
}

TEST(RequestParser, TargetForms) {
  const auto get = [](std::string_view target) {
    return parse_one("GET " + std::string(target) + " HTTP/1.1\r\nHost: a\r\n\r\n");
  };
  EXPECT_EQ(get("http://a/b?c").raw_path(), "/b");
  EXPECT_EQ(get("http://a/b?c").query(), "c");
  EXPECT_EQ(get("HTTPS://a:1").raw_path(), "/");
  EXPECT_EQ(get("http://a?x=/y").raw_path(), "/");
  EXPECT_EQ(get("http://a?x=/y").query(), "x=/y");
  EXPECT_EQ(get("/?").query(), "");
  EXPECT_EQ(get("/a?b?c").query(), "b?c");
  EXPECT_EQ(parse_one("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n").path(), "*");
  EXPECT_EQ(parse_one("CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n").raw_path(), "");
}

TEST(RequestParser, AsksForContinueOnceAndOnlyBeforeTheBody) {
  const RequestLimits limits;
  const std::string head =
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-Continue\r\n\r\n";
  RequestParser patient(limits);
  patient.feed(head);
  EXPECT_TRUE(patient.take_continue_request());
  EXPECT_FALSE(patient.take_continue_request());
  EXPECT_EQ(patient.feed("ab").outcome, Outcome::kComplete);

  RequestParser hasty(limits);
  hasty.feed(head + "a");
  EXPECT_FALSE(hasty.take_continue_request());
}

TEST(RequestParser, RefusesATooLargeBodyInsteadOfAskingForIt) {
  EXPECT_EQ(status_of("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1048577\r\n"
                      "Expect: 100-continue\r\n\r\n"),
            413);
}

}  // namespace
}  // namespace socketcluster::http
