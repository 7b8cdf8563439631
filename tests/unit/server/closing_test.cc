// SPDX-License-Identifier: MIT
// How connections end: close frames in both directions, `#disconnect`, lost connections (protocol
// sections 7.5 and 9).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "unit/server/worker_test.h"

namespace socketcluster::server {
namespace {

using test::publish;
using test::published;
using test::rid;
using test::subscribe;
using test::TestClient;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::StartsWith;

class Closing : public test::WorkerTest {};

// ---- By the client -----------------------------------------------------------------------------

TEST_F(Closing, CloseFrameIsAnsweredWithItsCode) {
  watch_ends();
  for (const auto& [code, told] : std::vector<std::pair<int, std::string>>{
           {1000, "1000:bye"}, {1001, "1001:bye"}, {3000, "3000:bye"}, {4999, "4999:bye"}}) {
    notes_.clear();
    const auto client = ready();
    client->close_frame(code, "bye");
    EXPECT_EQ(client->next(), "close:" + told);
    EXPECT_EQ(client->next(), "end");
    EXPECT_TRUE(run_until([&] { return !notes_.empty(); }));
    EXPECT_THAT(notes_, ElementsAre(told));
    EXPECT_EQ(server().clients_count(), 0U);
  }
}

TEST_F(Closing, ReasonThatIsLeftOutIsTheTextOfTheCode) {
  watch_ends();
  const auto with_code = ready();
  with_code->close_frame(1001);
  EXPECT_EQ(with_code->next(), "close:1001:");
  const auto without = ready();
  without->frame(websocket::Opcode::kClose, "");
  EXPECT_EQ(without->next(), "close:-:");
  EXPECT_TRUE(run_until([&] { return notes_.size() == 2; }));
  EXPECT_THAT(notes_, ElementsAre("1001:Socket was disconnected",
                                  "1005:Socket closed without status code"));
}

TEST_F(Closing, InvalidCloseFramesAreProtocolErrors) {
  watch_ends();
  for (const int code : {0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65535}) {
    const auto client = ready();
    client->close_frame(code);
    EXPECT_THAT(client->next(), StartsWith("close:1002:")) << code;
    EXPECT_EQ(client->next(), "end");
  }
  const auto one_byte = ready();
  one_byte->frame(websocket::Opcode::kClose, "x");
  EXPECT_THAT(one_byte->next(), StartsWith("close:1002:"));
  const auto not_utf8 = ready();
  not_utf8->close_frame(1000, "\xff");
  EXPECT_THAT(not_utf8->next(), StartsWith("close:1007:"));
  EXPECT_TRUE(run_until([&] { return notes_.size() == 12; }));
}

TEST_F(Closing, NothingIsReadBehindACloseFrame) {
  const auto watcher = ready();
  watcher->ask(subscribe("a", 2));
  const auto client = ready();
  client->bytes(websocket::test::text_frame(publish("a", "1", 2)) +
                websocket::test::frame(websocket::Opcode::kClose, "\x03\xe8") +
                websocket::test::text_frame(publish("a", "2", 3)));
  EXPECT_EQ(client->next(), rid(2));
  EXPECT_EQ(client->next(), "close:1000:");
  EXPECT_EQ(client->next(), "end");
  EXPECT_EQ(watcher->next(), published("a", "1"));
  EXPECT_TRUE(watcher->is_quiet());
}

TEST_F(Closing, DisconnectPacketEndsTheSocketAndIsIdempotent) {
  watch_ends();
  const auto client = ready();
  client->ask(subscribe("a", 2));
  client->text(R"({"event":"#disconnect","data":{"code":4100,"data":"why"},"cid":3})");
  client->text(R"({"event":"#disconnect","data":{"code":4100,"data":"why"},"cid":4})");
  client->text(publish("a", "1", 5));
  EXPECT_EQ(client->next(), "close:4100:");
  EXPECT_EQ(server().clients_count(), 0U);
  EXPECT_THAT(notes_, ElementsAre("4100:why"));
  client->close_frame(4100);
  EXPECT_EQ(client->next(), "end");
  EXPECT_TRUE(all_gone());
  EXPECT_THAT(notes_, ElementsAre("4100:why"));
}

TEST_F(Closing, DisconnectPacketMayCarryAnythingAsItsReason) {
  watch_ends();
  for (const auto& [data, told] : std::vector<std::pair<std::string, std::string>>{
           {R"({"code":4100,"data":{"a":[1]}})", R"(4100:{"a":[1]})"},
           {R"({"code":4100,"data":null})", "4100:null"},
           {R"({"code":4100,"data":"\u0061\ud800"})", "4100:a\xed\xa0\x80"},
           {R"({"code":4100})", "4100:"},
           {R"({"code":999,"data":"x"})", "1000:x"},
           {R"({"code":1006})", "1000:"},
           {R"({"code":70000})", "1000:"},
           {R"({"code":4100.5})", "1000:"},
           {R"({"code":"4100"})", "1000:"},
           {R"({"code":-1})", "1000:"},
           {"null", "1000:"},
           {"[]", "1000:"}}) {
    notes_.clear();
    const auto client = ready_v1();
    client->text(R"({"event":"#disconnect","data":)" + data + "}");
    EXPECT_EQ(client->next(), "close:" + told.substr(0, 5)) << data;
    EXPECT_TRUE(run_until([&] { return !notes_.empty(); }));
    EXPECT_THAT(notes_, ElementsAre(told)) << data;
  }
}

TEST_F(Closing, DisconnectPacketIsAnOrdinaryEventInV2) {
  server().on("#disconnect",
              [](Socket&, const Json& data, const Respond& respond) { respond(data.at("code")); });
  const auto client = ready_v2();
  EXPECT_EQ(client->ask(R"({"event":"#disconnect","data":{"code":4100},"cid":2})"),
            R"({"rid":2,"data":4100})");
  EXPECT_EQ(server().clients_count(), 1U);
}

// ---- Lost connections --------------------------------------------------------------------------

TEST_F(Closing, EndOfStreamWithoutCloseFrameIsALoss) {
  watch_ends();
  const auto half = ready();
  half->end_sending();
  EXPECT_EQ(half->next(), "end");
  half->drop();
  const auto whole = ready();
  whole->drop();
  const auto reset = ready();
  reset->drop(true);
  EXPECT_TRUE(run_until([&] { return notes_.size() == 3; }));
  EXPECT_THAT(notes_, ::testing::Each("1006:Socket hung up"));
  EXPECT_TRUE(all_gone());
}

TEST_F(Closing, HalfCloseIsAnsweredWithWhatWasAskedBefore) {
  const auto client = ready();
  client->bytes(websocket::test::text_frame(subscribe("a", 2)) +
                websocket::test::text_frame(publish("a", "1", 3)));
  client->end_sending();
  EXPECT_EQ(client->next(4), rid(2) + "\n" + published("a", "1") + "\n" + rid(3) + "\nend");
}

TEST_F(Closing, LostSocketsLeaveTheirChannels) {
  const auto stays = ready();
  stays->ask(subscribe("a", 2));
  for (int i = 0; i < 5; ++i) {
    const auto client = ready();
    client->ask(subscribe("a", 2));
    client->drop(i % 2 == 0);
  }
  EXPECT_TRUE(run_until([&] { return server().clients_count() == 1; }));
  exchange().publish("a", 1);
  EXPECT_EQ(stays->next(), published("a", "1"));
  stays->drop();
  EXPECT_TRUE(all_gone());
  EXPECT_EQ(worker().sockets().channels().channel_count(), 0U);
}

TEST_F(Closing, PendingSocketThatLeavesIsNotReported) {
  watch_ends();
  TestClient client(worker());
  EXPECT_EQ(server().pending_clients_count(), 1U);
  client.close_frame(1000);
  EXPECT_EQ(client.next(), "close:1000:");
  EXPECT_EQ(server().pending_clients_count(), 0U);
  turn();
  EXPECT_THAT(notes_, IsEmpty());
}

// ---- By the server -----------------------------------------------------------------------------

TEST_F(Closing, DisconnectSpeaksEachGenerationsLanguage) {
  struct Case {
    std::unique_ptr<TestClient> client;
    bool has_packet;
    std::string frame;
  };
  Case cases[] = {{ready(), true, "close:4100:why"},
                  {ready_v1(), true, "close:4100:"},
                  {ready_v2(), false, "close:4100:why"}};
  turn();
  server().for_each_client([](Socket& socket) { socket.disconnect(4100, "why"); });
  EXPECT_EQ(server().clients_count(), 0U);
  for (const Case& c : cases) {
    if (c.has_packet) {
      EXPECT_EQ(c.client->next(), R"({"event":"#disconnect","data":{"code":4100,"data":"why"}})");
    }
    EXPECT_EQ(c.client->next(), c.frame);
    c.client->close_frame(4100);
    EXPECT_EQ(c.client->next(), "end");
  }
}

TEST_F(Closing, CodesThatCannotBeSentAreReplaced) {
  for (const auto& [code, sent] : std::vector<std::pair<int, std::string>>{{1000, "1000"},
                                                                           {4999, "4999"},
                                                                           {5000, "1000"},
                                                                           {999, "1000"},
                                                                           {1005, "1000"},
                                                                           {0, "1000"},
                                                                           {-1, "1000"},
                                                                           {70536, "1000"},
                                                                           {2000, "1000"}}) {
    const auto client = ready_v2();
    turn();
    server().for_each_client([code = code](Socket& socket) { socket.disconnect(code); });
    EXPECT_EQ(client->next(), "close:" + sent + ":") << code;
  }
}

TEST_F(Closing, LongReasonIsCutAtACharacter) {
  const auto client = ready_v2();
  turn();
  std::string reason(122, 'x');
  reason += "\xc3\xa4\xc3\xa4";
  server().for_each_client([&](Socket& socket) { socket.disconnect(4100, reason); });
  EXPECT_EQ(client->next(), "close:4100:" + std::string(122, 'x'));
}

// The bytes went out as they were, and every client took the close for a protocol error (1007).
TEST_F(Closing, ReasonThatIsNotUtf8IsLeftOut) {
  const auto v1 = ready_v1();
  const auto v2 = ready_v2();
  turn();
  server().for_each_client([](Socket& socket) { socket.disconnect(4100, "cut \xc3"); });
  EXPECT_EQ(v1->next(),
            "{\"event\":\"#disconnect\",\"data\":{\"code\":4100,\"data\":\"cut "
            "\xef\xbf\xbd\"}}");
  EXPECT_EQ(v1->next(), "close:4100:");
  EXPECT_EQ(v2->next(), "close:4100:");
}

TEST_F(Closing, DataIsIgnoredWhileTheClientsCloseFrameIsAwaited) {
  const auto watcher = ready();
  watcher->ask(subscribe("a", 2));
  std::string id;
  const auto client = ready_v2(&id);
  turn();
  server().for_each_client([&](Socket& socket) {
    if (socket.id() == id) socket.disconnect(4100);
  });
  client->text(publish("a", "1", 2));
  client->frame(websocket::Opcode::kPing, "still there?");
  EXPECT_EQ(client->next(), "close:4100:");
  client->close_frame(4100);
  EXPECT_EQ(client->next(), "end");
  EXPECT_TRUE(watcher->is_quiet());
}

TEST_F(Closing, TerminateEndsWithoutCloseFrame) {
  watch_ends();
  const auto client = ready();
  server().for_each_client([](Socket& socket) {
    socket.terminate();
    EXPECT_FALSE(socket.is_open());
    socket.terminate();
    socket.disconnect();
  });
  EXPECT_EQ(client->next(), "reset");
  EXPECT_THAT(notes_, ElementsAre("1006:Socket hung up"));
  EXPECT_TRUE(all_gone());
}

}  // namespace
}  // namespace socketcluster::server
