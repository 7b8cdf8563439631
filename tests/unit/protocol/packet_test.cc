// SPDX-License-Identifier: MIT
#include "protocol/packet.h"

#include <gtest/gtest.h>

#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace socketcluster::protocol {
namespace {

using json::Type;

// Keeps the text, as a Packet is made of views into it.
Packet scan(std::string_view text, const ScanLimits& limits = {}) {
  static std::deque<std::string> texts;
  text = texts.emplace_back(text);
  Packet packet;
  packet.kind = PacketKind::kBatch;  // must be overwritten
  EXPECT_EQ(scan_packet(text, limits, packet), packet.kind);
  return packet;
}

// From memory of exactly its size, so that the address sanitizer sees a read behind the end.
PacketKind kind_of(std::string_view text, const ScanLimits& limits = {}) {
  const std::unique_ptr<char[]> bytes(new char[text.size()]);
  text.copy(bytes.get(), text.size());
  Packet packet;
  return scan_packet({bytes.get(), text.size()}, limits, packet);
}

TEST(Packet, TellsTheKind) {
  const std::vector<std::pair<std::string, PacketKind>> cases = {
      {"", PacketKind::kEmpty},
      {"#1", PacketKind::kPingV1},
      {"#2", PacketKind::kPongV1},
      {"#3", PacketKind::kOther},
      {" #1", PacketKind::kOther},
      {R"({"event":"x"})", PacketKind::kEvent},
      {R"({"rid":1})", PacketKind::kResponse},
      {"[]", PacketKind::kBatch},
      {"[1,[2],{\"event\":\"x\"}]", PacketKind::kBatch},
      {" \t\r\n{\"event\":\"x\"} ", PacketKind::kEvent},
      {" \n[ ] ", PacketKind::kBatch},
      // Raw: not JSON at all, or nothing that the protocol knows.
      {"garbage", PacketKind::kOther},
      {"null", PacketKind::kOther},
      {"123", PacketKind::kOther},
      {"\"str\"", PacketKind::kOther},
      {"{}", PacketKind::kOther},
      {R"({"foo":1})", PacketKind::kOther},
      {R"({"event":"x")", PacketKind::kOther},
      {R"({"event":"x"}})", PacketKind::kOther},
      {R"({"event":"x"} x)", PacketKind::kOther},
      {R"([{"event":"x"},])", PacketKind::kOther},
      {R"([{"event":"x"}] [])", PacketKind::kOther},
      {"\v{}", PacketKind::kOther},
      {"\xef\xbb\xbf{\"event\":\"x\"}", PacketKind::kOther},
      // `event != null` and `rid != null` decide.
      {R"({"event":null})", PacketKind::kOther},
      {R"({"event":null,"rid":1})", PacketKind::kResponse},
      {R"({"rid":null})", PacketKind::kOther},
      {R"({"rid":0})", PacketKind::kResponse},
      {R"({"rid":"1"})", PacketKind::kResponse},
      {R"({"rid":false})", PacketKind::kResponse},
      {R"({"event":"x","rid":1})", PacketKind::kEvent},
      {R"({"rid":1,"event":"x"})", PacketKind::kEvent},
      {R"({"event":5,"cid":19})", PacketKind::kEvent},
      {R"({"event":""})", PacketKind::kEvent},
  };
  for (const auto& [text, kind] : cases) EXPECT_EQ(kind_of(text), kind) << text;
}

TEST(Packet, KnowsTheReservedEvents) {
  const std::vector<std::pair<std::string, Event>> cases = {
      {"\"#handshake\"", Event::kHandshake},
      {"\"#subscribe\"", Event::kSubscribe},
      {"\"#unsubscribe\"", Event::kUnsubscribe},
      {"\"#publish\"", Event::kPublish},
      {"\"#authenticate\"", Event::kAuthenticate},
      {"\"#removeAuthToken\"", Event::kRemoveAuthToken},
      {"\"#disconnect\"", Event::kDisconnect},
      {"\"#setAuthToken\"", Event::kSetAuthToken},
      {"\"#kickOut\"", Event::kKickOut},
      {"\"#\"", Event::kReservedUnknown},
      {"\"#Publish\"", Event::kReservedUnknown},
      {"\"#publishh\"", Event::kReservedUnknown},
      {"\"#publis\"", Event::kReservedUnknown},
      {"\"publish\"", Event::kApplication},
      {"\"\"", Event::kApplication},
      {"\" #publish\"", Event::kApplication},
      {R"("#p\u0075blish")", Event::kPublish},
      {R"("\u0023publish")", Event::kPublish},
      {R"("\u0023other")", Event::kReservedUnknown},
      {R"("\u0024other")", Event::kApplication},
      {"5", Event::kNotAString},
      {"false", Event::kNotAString},
      {"[\"#publish\"]", Event::kNotAString},
      {"{}", Event::kNotAString},
  };
  for (const auto& [name, event] : cases) {
    const Packet packet = scan("{\"event\":" + name + "}");
    EXPECT_EQ(packet.event, event) << name;
    EXPECT_EQ(packet.name.text, name);
  }
}

TEST(Packet, GivesThePartsOfAnEvent) {
  const Packet packet = scan(R"({"event":"add","data":{"a":2, "b":3},"cid":17})");
  EXPECT_EQ(packet.event, Event::kApplication);
  EXPECT_EQ(packet.name.contents(), "add");
  EXPECT_FALSE(packet.name.has_escapes);
  EXPECT_EQ(packet.data.text, R"({"a":2, "b":3})");
  EXPECT_EQ(packet.data.type, Type::kObject);
  EXPECT_EQ(packet.cid.raw.text, "17");
  EXPECT_TRUE(packet.cid.is_integer);
  EXPECT_EQ(packet.cid.number, 17u);
}

TEST(Packet, TellsAbsentFromNull) {
  EXPECT_FALSE(scan(R"({"event":"x"})").data.is_present());
  EXPECT_EQ(scan(R"({"event":"x","data":null})").data.type, Type::kNull);
  EXPECT_FALSE(scan(R"({"event":"x"})").cid.raw.is_present());
}

TEST(Packet, GivesThePartsOfAResponse) {
  const Packet packet = scan(R"({"rid":3,"error":{"message":"no"},"data":[1]})");
  EXPECT_EQ(packet.kind, PacketKind::kResponse);
  EXPECT_EQ(packet.event, Event::kNone);
  EXPECT_EQ(packet.rid.number, 3u);
  EXPECT_EQ(packet.error.text, R"({"message":"no"})");
  EXPECT_EQ(packet.data.text, "[1]");
  EXPECT_FALSE(scan(R"({"rid":3})").error.is_present());
}

TEST(Packet, ReadsCallIdsUpToTwoToThe53) {
  const auto id = [](std::string_view cid) {
    return scan(R"({"event":"x","cid":)" + std::string(cid) + "}").cid;
  };
  EXPECT_EQ(id("0").number, 0u);
  EXPECT_TRUE(id("0").is_integer);
  EXPECT_EQ(id("9007199254740992").number, 9007199254740992u);
  EXPECT_TRUE(id("9007199254740992").is_integer);
  for (const char* cid : {"9007199254740993", "90071992547409920", "-1", "-0", "1.0", "1e2",
                          "\"1\"", "null", "true", "[1]", "{}"}) {
    EXPECT_FALSE(id(cid).is_integer) << cid;
    EXPECT_EQ(id(cid).raw.text, cid);
  }
}

TEST(Packet, AnswersAreWantedByTheRulesOfEachGeneration) {
  struct Case {
    std::string cid;
    bool v1;
    bool v2;
  };
  const std::vector<Case> cases = {
      {"1", true, true},        {"0", false, true},      {"-0", false, true},
      {"0.0", false, true},     {"-3", true, true},      {"1.5", true, true},
      {"\"abc\"", true, false}, {"\"\"", false, false},  {"null", false, false},
      {"true", true, false},    {"false", false, false}, {"[]", true, false},
      {"{}", true, false},
  };
  for (const Case& c : cases) {
    const Packet packet = scan(R"({"event":"x","cid":)" + c.cid + "}");
    EXPECT_EQ(wants_response(packet.cid, Dialect::kV1), c.v1) << c.cid;
    EXPECT_EQ(wants_response(packet.cid, Dialect::kV2), c.v2) << c.cid;
  }
  EXPECT_FALSE(wants_response(scan(R"({"event":"x"})").cid, Dialect::kV1));
  EXPECT_FALSE(wants_response(scan(R"({"event":"x"})").cid, Dialect::kV2));
}

TEST(Packet, GivesThePartsOfAPublication) {
  const Packet packet =
      scan(R"({"event":"#publish","data":{"channel":"news","data":{"text":"hi"}},"cid":3})");
  EXPECT_EQ(packet.event, Event::kPublish);
  EXPECT_EQ(packet.channel.text, "\"news\"");
  EXPECT_EQ(packet.channel.type, Type::kString);
  EXPECT_EQ(packet.inner_data.text, R"({"text":"hi"})");
  EXPECT_EQ(packet.data.text, R"({"channel":"news","data":{"text":"hi"}})");
  EXPECT_EQ(packet.cid.number, 3u);
}

TEST(Packet, PublicationNeedsNoOrderAndNoData) {
  const Packet packet = scan(
      R"({ "cid" : 3 , "data" : { "x":[1], "data" : [ ] , "channel" : "a\n" } , "event" : "#publish" })");
  EXPECT_EQ(packet.event, Event::kPublish);
  EXPECT_EQ(packet.channel.text, R"("a\n")");
  EXPECT_TRUE(packet.channel.has_escapes);
  EXPECT_EQ(packet.inner_data.text, "[ ]");
  const Packet without = scan(R"({"event":"#publish","data":{"channel":"a"}})");
  EXPECT_EQ(without.channel.text, "\"a\"");
  EXPECT_FALSE(without.inner_data.is_present());
}

TEST(Packet, ChannelMayHaveAnyTypeOrBeAbsent) {
  const auto channel = [](std::string_view data) {
    return scan(R"({"event":"#publish","data":)" + std::string(data) + "}").channel;
  };
  EXPECT_EQ(channel(R"({"channel":5})").type, Type::kNumber);
  EXPECT_EQ(channel(R"({"channel":["a","b"]})").text, R"(["a","b"])");
  EXPECT_EQ(channel(R"({"channel":null})").type, Type::kNull);
  EXPECT_EQ(channel(R"({"channel":{"a":1}})").type, Type::kObject);
  for (const char* data : {"{}", "{\"data\":1}", "null", "5", "\"channel\"", "[\"channel\"]",
                           "[{\"channel\":\"a\"}]", "{\"a\":{\"channel\":\"a\"}}"}) {
    EXPECT_FALSE(channel(data).is_present()) << data;
  }
  EXPECT_FALSE(scan(R"({"event":"#publish"})").channel.is_present());
}

TEST(Packet, GivesThePartsOfASubscription) {
  const Packet packet = scan(
      R"({"event":"#subscribe","data":{"channel":"private","waitForAuth":true,"batch":1,"data":{"r":"x"}},"cid":4})");
  EXPECT_EQ(packet.event, Event::kSubscribe);
  EXPECT_EQ(packet.channel.contents(), "private");
  EXPECT_EQ(packet.wait_for_auth.type, Type::kTrue);
  EXPECT_EQ(packet.batch.text, "1");
  EXPECT_EQ(packet.inner_data.text, R"({"r":"x"})");
}

TEST(Packet, DataItselfNamesTheChannelForOldClients) {
  const Packet text = scan(R"({"event":"#subscribe","data":"news"})");
  EXPECT_EQ(subscribe_channel(text, Dialect::kV1).text, "\"news\"");
  EXPECT_FALSE(subscribe_channel(text, Dialect::kV2).is_present());
  const Packet empty = scan(R"({"event":"#subscribe","data":""})");
  EXPECT_FALSE(subscribe_channel(empty, Dialect::kV1).is_present());
  const Packet object = scan(R"({"event":"#subscribe","data":{"channel":"a"}})");
  EXPECT_EQ(subscribe_channel(object, Dialect::kV1).text, "\"a\"");
  EXPECT_EQ(subscribe_channel(object, Dialect::kV2).text, "\"a\"");
}

TEST(Packet, UnsubscriptionKeepsItsData) {
  EXPECT_EQ(scan(R"({"event":"#unsubscribe","data":"news"})").data.text, "\"news\"");
  EXPECT_EQ(scan(R"({"event":"#unsubscribe","data":["a"]})").data.text, "[\"a\"]");
}

TEST(Packet, GivesThePartsOfAHandshake) {
  EXPECT_EQ(scan(R"({"event":"#handshake","data":{"authToken":"a.b.c"},"cid":1})").auth_token.text,
            "\"a.b.c\"");
  EXPECT_EQ(scan(R"({"event":"#handshake","data":{"authToken":null},"cid":1})").auth_token.type,
            Type::kNull);
  EXPECT_EQ(scan(R"({"event":"#handshake","data":{"authToken":{"a":1}},"cid":7})").auth_token.type,
            Type::kObject);
  EXPECT_FALSE(scan(R"({"event":"#handshake","data":{},"cid":1})").auth_token.is_present());
  EXPECT_FALSE(scan(R"({"event":"#handshake","cid":5})").auth_token.is_present());
}

TEST(Packet, GivesThePartsOfADisconnect) {
  const Packet packet = scan(R"({"event":"#disconnect","data":{"code":4444,"data":"bye"}})");
  EXPECT_EQ(packet.code.text, "4444");
  EXPECT_EQ(packet.inner_data.text, "\"bye\"");
  EXPECT_FALSE(scan(R"({"event":"#disconnect"})").code.is_present());
}

TEST(Packet, LastOfEqualNamesCounts) {
  const Packet twice =
      scan(R"({"event":"a","cid":1,"data":1,"event":"b","cid":2,"data":2,"rid":1,"rid":2})");
  EXPECT_EQ(twice.name.contents(), "b");
  EXPECT_EQ(twice.cid.number, 2u);
  EXPECT_EQ(twice.data.text, "2");
  EXPECT_EQ(twice.rid.number, 2u);

  const Packet inner =
      scan(R"({"event":"#publish","data":{"channel":"a","data":1,"channel":"b","data":2}})");
  EXPECT_EQ(inner.channel.text, "\"b\"");
  EXPECT_EQ(inner.inner_data.text, "2");
}

TEST(Packet, LastEventDecidesHowDataIsRead) {
  const std::string data = R"("data":{"channel":"a","data":1,"authToken":"t"})";
  const Packet became = scan(R"({"event":"x",)" + data + R"(,"event":"#publish"})");
  EXPECT_EQ(became.event, Event::kPublish);
  EXPECT_EQ(became.channel.text, "\"a\"");

  const Packet other = scan(R"({"event":"#handshake",)" + data + R"(,"event":"#publish"})");
  EXPECT_EQ(other.channel.text, "\"a\"");
  EXPECT_FALSE(other.auth_token.is_present());

  const Packet left = scan(R"({"event":"#publish",)" + data + R"(,"event":"x"})");
  EXPECT_EQ(left.event, Event::kApplication);
  EXPECT_FALSE(left.channel.is_present());

  const Packet none = scan(R"({"event":"#publish",)" + data + R"(,"event":null})");
  EXPECT_EQ(none.kind, PacketKind::kOther);
}

TEST(Packet, LastDataLeavesNothingOfTheFirst) {
  const Packet second =
      scan(R"({"event":"#publish","data":{"channel":"a","data":1},"data":{"data":2}})");
  EXPECT_FALSE(second.channel.is_present());
  EXPECT_EQ(second.inner_data.text, "2");
  const Packet scalar = scan(R"({"event":"#publish","data":{"channel":"a"},"data":5})");
  EXPECT_FALSE(scalar.channel.is_present());
  EXPECT_EQ(scalar.data.text, "5");
  const Packet late = scan(R"({"data":{"channel":"a"},"event":"#publish","data":{"data":2}})");
  EXPECT_FALSE(late.channel.is_present());
}

TEST(Packet, NamesAreComparedUnescaped) {
  const Packet packet = scan(
      R"({"\u0065vent":"#publish","d\u0061ta":{"ch\u0061nnel":"a","dat\u0061":1},"\u0063id":2})");
  EXPECT_EQ(packet.event, Event::kPublish);
  EXPECT_EQ(packet.channel.text, "\"a\"");
  EXPECT_EQ(packet.inner_data.text, "1");
  EXPECT_EQ(packet.cid.number, 2u);
}

TEST(Packet, UnknownMembersAreValidatedToo) {
  EXPECT_EQ(kind_of(R"({"event":"x","extra":{"a":[1,{"b":"\u00e9"}]}})"), PacketKind::kEvent);
  EXPECT_EQ(kind_of(R"({"event":"x","extra":tru})"), PacketKind::kOther);
  EXPECT_EQ(kind_of(R"({"event":"#publish","data":{"channel":"a","extra":[1}})"),
            PacketKind::kOther);
}

// What is forwarded to other clients must be JSON.
TEST(Packet, BrokenDataIsNeverPassedOn) {
  for (const char* data :
       {"tru", "01", "[1}", "\"\\x\"", "[1,]", "{\"a\":1,}", "1e999", "", "\"\n\""}) {
    const Packet packet =
        scan(R"({"event":"#publish","data":{"channel":"a","data":)" + std::string(data) + "}}");
    EXPECT_EQ(packet.kind, PacketKind::kOther) << data;
    EXPECT_EQ(packet.event, Event::kNone) << data;
    EXPECT_FALSE(packet.channel.is_present()) << data;
  }
}

const std::vector<std::string> kPackets = {
    R"({"event":"#handshake","data":{"authToken":null},"cid":1})",
    R"({"event":"#publish","data":{"channel":"news","data":{"text":"hi \u00e9\n"}},"cid":3})",
    R"({"event":"#subscribe","data":{"channel":"b0","batch":true,"waitForAuth":false},"cid":2})",
    R"({"event":"#unsubscribe","data":"news","cid":12})",
    R"({"event":"add","data":[1,-2.5e3,{"a":[true,false,null]}],"cid":2})",
    R"({"rid":4,"error":{"message":"m","name":"n"},"data":{"code":4500}})",
    R"([{"event":"#subscribe","data":{"channel":"m1"},"cid":21},{"rid":22}])",
};

TEST(Packet, EveryTruncationIsRefused) {
  for (const std::string& packet : kPackets) {
    EXPECT_NE(kind_of(packet), PacketKind::kOther);
    for (std::size_t length = 1; length < packet.size(); ++length) {
      EXPECT_EQ(kind_of(std::string_view(packet).substr(0, length)), PacketKind::kOther)
          << packet.substr(0, length);
    }
  }
}

TEST(Packet, EveryChangedByteIsSurvived) {
  std::size_t refused = 0;
  for (const std::string& packet : kPackets) {
    for (std::size_t at = 0; at < packet.size(); ++at) {
      for (int byte = 0; byte < 256; ++byte) {
        std::string changed = packet;
        changed[at] = static_cast<char>(byte);
        refused += kind_of(changed) == PacketKind::kOther ? 1 : 0;
      }
    }
  }
  EXPECT_GT(refused, 0u);
}

TEST(Packet, LimitsDepthIncludingThePacketItself) {
  const auto packet = [](std::size_t arrays) {
    return R"({"event":"#publish","data":{"channel":"a","data":)" + std::string(arrays, '[') +
           std::string(arrays, ']') + "}}";
  };
  EXPECT_EQ(kind_of(packet(126)), PacketKind::kEvent);
  EXPECT_EQ(kind_of(packet(127)), PacketKind::kLimitExceeded);
  EXPECT_EQ(kind_of(packet(2), {.max_depth = 4}), PacketKind::kEvent);
  EXPECT_EQ(kind_of(packet(3), {.max_depth = 4}), PacketKind::kLimitExceeded);
}

TEST(Packet, LimitsBatchElements) {
  const ScanLimits limits{.max_batch_elements = 3};
  EXPECT_EQ(kind_of("[1,2,3]", limits), PacketKind::kBatch);
  EXPECT_EQ(kind_of("[1,2,3,4]", limits), PacketKind::kLimitExceeded);
}

std::vector<Packet> elements_of(std::string_view text) {
  const ScanLimits limits;
  EXPECT_EQ(kind_of(text, limits), PacketKind::kBatch) << text;
  BatchReader reader(text, limits);
  std::vector<Packet> packets;
  Packet packet;
  while (reader.next(packet)) packets.push_back(packet);
  return packets;
}

TEST(BatchReader, GivesEveryElementAsAPacket) {
  const auto packets = elements_of(
      R"( [ {"event":"#subscribe","data":{"channel":"m1"},"cid":21} ,{"rid":5,"data":1},{"event":"x"}] )");
  ASSERT_EQ(packets.size(), 3u);
  EXPECT_EQ(packets[0].event, Event::kSubscribe);
  EXPECT_EQ(packets[0].channel.contents(), "m1");
  EXPECT_EQ(packets[0].cid.number, 21u);
  EXPECT_EQ(packets[1].kind, PacketKind::kResponse);
  EXPECT_EQ(packets[1].rid.number, 5u);
  EXPECT_FALSE(packets[1].channel.is_present());
  EXPECT_EQ(packets[2].event, Event::kApplication);
  EXPECT_FALSE(packets[2].cid.raw.is_present());
}

TEST(BatchReader, OtherElementsAreRaw) {
  const auto packets = elements_of(R"([1,"#2",null,[{"event":"x"}],{},{"event":"x"}])");
  ASSERT_EQ(packets.size(), 6u);
  for (std::size_t i = 0; i < 5; ++i) EXPECT_EQ(packets[i].kind, PacketKind::kOther) << i;
  EXPECT_EQ(packets[5].kind, PacketKind::kEvent);
}

TEST(BatchReader, EmptyBatchHasNoElements) {
  EXPECT_TRUE(elements_of("[]").empty());
  EXPECT_TRUE(elements_of(" [ \n ] ").empty());
}

TEST(LocalEvents, AreThoseOfServer14) {
  for (const char* name :
       {"subscribe", "unsubscribe", "connect", "_connect", "disconnect", "_disconnect",
        "connectAbort", "_connectAbort", "close", "_close", "message", "error", "authStateChange",
        "authTokenSigned", "authenticate", "deauthenticate", "badAuthToken", "raw"}) {
    EXPECT_TRUE(is_local_event(name)) << name;
  }
  for (const char* name : {"", "open", "Subscribe", "#subscribe", "messages", "ra", "greet"}) {
    EXPECT_FALSE(is_local_event(name)) << name;
  }
}

}  // namespace
}  // namespace socketcluster::protocol
