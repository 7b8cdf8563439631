// SPDX-License-Identifier: MIT
// permessage-deflate where it meets packets.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "unit/server/worker_test.h"

namespace socketcluster::server {
namespace {

using test::publish;
using test::published;
using test::rid;
using test::subscribe;
using ::testing::StartsWith;

class Compression : public test::WorkerTest {};

TEST_F(Compression, CompressedAndPlainSubscribersGetTheSameMessage) {
  options_.per_message_deflate.enabled = true;
  options_.per_message_deflate.threshold = 300;
  const auto plain = ready();
  plain->ask(subscribe("a", 2));
  const test::ClientOptions compressing{
      .headers = "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n"};
  const auto packed = ready(nullptr, compressing);
  packed->ask(subscribe("a", 2));
  const std::string text = '"' + std::string(500, 'z') + '"';
  plain->text(publish("a", text, 3));
  EXPECT_EQ(plain->next(), published("a", text));
  const std::string frame = packed->next();
  ASSERT_THAT(frame, StartsWith("compressed:"));
  websocket::Inflater inflater(15, websocket::Takeover::kNo);
  std::vector<char> buffer;
  EXPECT_EQ(inflater.inflate(std::string_view(frame).substr(11), 10'000, buffer).text,
            published("a", text));
}

TEST_F(Compression, CompressedBatchMayPublishWhatIsCompressedAgain) {
  options_.per_message_deflate.enabled = true;
  options_.per_message_deflate.threshold = 300;
  const test::ClientOptions compressing{.headers =
                                            "Sec-WebSocket-Extensions: permessage-deflate\r\n"};
  const auto client = ready(nullptr, compressing);
  const std::string first = '"' + std::string(3000, 'y') + '"';
  const std::string second = '"' + std::string(3000, 'z') + '"';
  const std::string batch =
      "[" + subscribe("a", 2) + "," + publish("a", first, 3) + "," + publish("a", second, 4) + "]";
  websocket::Deflater deflater(15, websocket::Takeover::kNo, {.enabled = true});
  std::vector<char> packed;
  client->bytes(websocket::test::client_frame({.compressed = websocket::Compressed::kYes},
                                              deflater.deflate(batch, packed)));
  websocket::Inflater inflater(15, websocket::Takeover::kNo);
  const auto next = [&] {
    std::string item = client->next();
    if (!item.starts_with("compressed:")) return item;
    std::vector<char> buffer;
    return std::string(inflater.inflate(std::string_view(item).substr(11), 10'000, buffer).text);
  };
  EXPECT_EQ(next(), rid(2));
  EXPECT_EQ(next(), published("a", first));
  EXPECT_EQ(next(), rid(3));
  EXPECT_EQ(next(), published("a", second));
  EXPECT_EQ(next(), rid(4));
}

}  // namespace
}  // namespace socketcluster::server
