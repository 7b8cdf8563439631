// SPDX-License-Identifier: MIT
// The recorded messages are those between socketcluster-server 14.7.2 or 20.0.1 and its clients
// with sc-codec-min-bin 3.0.0; what was not recorded is what that package makes of the packet.
#include <socketcluster/codec.h>

#include <gtest/gtest.h>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "unit/codec/hex.h"

namespace socketcluster {
namespace {

using codec::from_hex;
using codec::to_hex;

std::optional<std::string> decode(std::string_view frame, const MinBinLimits& limits = {}) {
  std::string packet = "left over";
  if (!make_min_bin_codec(limits)->decode(frame, true, packet)) return std::nullopt;
  return packet;
}

std::string encode(std::string_view packet) {
  std::string frame = "left over";
  make_min_bin_codec()->encode(packet, frame);
  return to_hex(frame);
}

struct Pair {
  std::string_view hex;
  std::string_view json;
};

TEST(MinBinCodec, DecodesTheRecordedMessagesOfClients) {
  const std::vector<Pair> recorded = {
      {"81a16593aa2368616e647368616b6581a961757468546f6b656ec001",
       R"({"event":"#handshake","data":{"authToken":null},"cid":1})"},
      {"81a16593a361646482a16101a1620202", R"({"event":"add","data":{"a":1,"b":2},"cid":2})"},
      {"81a16593a46661696c8003", R"({"event":"fail","data":{},"cid":3})"},
      {"81a16592a178a179", R"({"event":"x","data":"y"})"},
      {"81a16593aa2373756273637269626581a76368616e6e656ca2636804",
       R"({"event":"#subscribe","data":{"channel":"ch"},"cid":4})"},
      {"81a17093a2636881a362696e83a13001a13102a1320305",
       R"({"event":"#publish","data":{"channel":"ch","data":{"bin":{"0":1,"1":2,"2":3}}},"cid":5})"},
      {"81a17092a26368a56e6f61636b",
       R"({"event":"#publish","data":{"channel":"ch","data":"noack"}})"},
      {"a22332", "#2"},
      {"81a16592ab23646973636f6e6e65637482a4636f6465cd03e8a464617461c0",
       R"({"event":"#disconnect","data":{"code":1000,"data":null}})"},
  };
  for (const auto& [hex, json] : recorded) EXPECT_EQ(decode(from_hex(hex)), json) << hex;
}

TEST(MinBinCodec, EncodesTheRecordedMessagesOfServers) {
  const std::vector<Pair> recorded = {
      {"81a1729301c083a26964b4644558646c442d4c70772d784e69473841414142ab70696e6754696d656f7574cd4e2"
       "0"
       "af697341757468656e74696361746564c2",
       R"({"rid":1,"data":{"id":"dEXdlD-Lpw-xNiG8AAAB","pingTimeout":20000,"isAuthenticated":false}})"},
      {"81a1729301c083a26964b42d614d71365a4d5f73436b49736e6c4941414142ab70696e6754696d656f7574cd753"
       "0"
       "af697341757468656e74696361746564c2",
       R"({"rid":1,"data":{"id":"-aMq6ZM_sCkIsnlIAAAB","pingTimeout":30000,"isAuthenticated":false}})"},
      {"81a1729302c003", R"({"rid":2,"data":3})"},
      {"81a172930382a76d657373616765a46e6f7065a46e616d65a94e6f70654572726f72c0",
       R"({"rid":3,"error":{"message":"nope","name":"NopeError"}})"},
      {"81a1729304c0c0", R"({"rid":4})"},
      {"81a17092a2636881a362696e83a13001a13102a13203",
       R"({"event":"#publish","data":{"channel":"ch","data":{"bin":{"0":1,"1":2,"2":3}}}})"},
      {"81a17092a26368a56e6f61636b",
       R"({"event":"#publish","data":{"channel":"ch","data":"noack"}})"},
      {"a22331", "#1"},
  };
  for (const auto& [hex, json] : recorded) EXPECT_EQ(encode(json), hex) << json;
}

TEST(MinBinCodec, EncodesEvents) {
  EXPECT_EQ(encode(R"({"event":"x"})"), "81a16592a178c0");
  EXPECT_EQ(encode(R"({"event":"x","data":null})"), "81a16592a178c0");
  EXPECT_EQ(encode(R"({"event":"x","cid":3})"), "81a16593a178c003");
  EXPECT_EQ(encode(R"({"event":"x","data":1,"cid":0})"), "81a16593a1780100");
  EXPECT_EQ(encode(R"({"event":"x","data":1,"cid":null})"), "81a16592a17801");
  EXPECT_EQ(encode(R"({"event":"","data":1})"), "81a16592a001");
  EXPECT_EQ(encode(R"({"event":5,"data":1})"), "81a165920501");
}

// Version 2 writes "cid" before "data".
TEST(MinBinCodec, EncodesMembersInAnyOrder) {
  EXPECT_EQ(encode(R"({"event":"x","cid":3,"data":1})"), "81a16593a1780103");
  EXPECT_EQ(encode(R"( { "cid" : 3 , "data" : 1 , "event" : "x" } )"), "81a16593a1780103");
  EXPECT_EQ(encode(R"({"data":2,"rid":1})"), "81a1729301c002");
}

TEST(MinBinCodec, EncodesPublications) {
  EXPECT_EQ(encode(R"({"event":"#publish","data":{"channel":"c","data":5}})"), "81a17092a16305");
  EXPECT_EQ(encode(R"({"event":"#publish","data":{"data":5,"channel":"c"},"cid":7})"),
            "81a17093a1630507");
  EXPECT_EQ(encode(R"({"event":"#publish","data":{"channel":"c"}})"), "81a17092a163c0");
  EXPECT_EQ(encode(R"({"event":"#publish","data":{"data":1}})"), "81a17092c001");
  EXPECT_EQ(encode(R"({"event":"#publish","data":null})"), "81a16592a8237075626c697368c0");
  EXPECT_EQ(encode(R"({"event":"#publish"})"), "81a16592a8237075626c697368c0");
}

TEST(MinBinCodec, EncodesResponses) {
  EXPECT_EQ(encode(R"({"rid":1})"), "81a1729301c0c0");
  EXPECT_EQ(encode(R"({"rid":0})"), "81a1729300c0c0");
  EXPECT_EQ(encode(R"({"rid":1,"error":{"a":1}})"), "81a172930181a16101c0");
  EXPECT_EQ(encode(R"({"rid":1,"error":{"a":1},"data":2})"), "81a172930181a1610102");
}

TEST(MinBinCodec, EncodesBatches) {
  EXPECT_EQ(encode(R"([{"event":"a","data":1,"cid":1},{"rid":2}])"),
            "9281a16593a161010181a1729302c0c0");
  EXPECT_EQ(encode("[]"), "90");
  EXPECT_EQ(encode(R"([5,"a",[{"event":"a"}]])"), "9305a1619181a56576656e74a161");
  std::string packets = R"([{"rid":1})";
  std::string hex = "dc001481a1729301c0c0";
  for (int i = 1; i < 20; ++i) {
    packets += R"(,{"rid":1})";
    hex += "81a1729301c0c0";
  }
  EXPECT_EQ(encode(packets + "]"), hex);
}

TEST(MinBinCodec, EncodesTheRestAsItIs) {
  EXPECT_EQ(encode(R"({"event":null,"data":1})"), "82a56576656e74c0a46461746101");
  EXPECT_EQ(encode(R"({"rid":null})"), "81a3726964c0");
  EXPECT_EQ(encode("5"), "05");
  EXPECT_EQ(encode(R"("text")"), "a474657874");
  EXPECT_EQ(encode("#2"), "a22332");
  EXPECT_EQ(encode("not JSON"), "a86e6f74204a534f4e");
  EXPECT_EQ(encode(R"({"event":)"), "a97b226576656e74223a");
}

TEST(MinBinCodec, DecodesEventsOfEveryLength) {
  EXPECT_EQ(decode(from_hex("81a165 91 a161")), R"({"event":"a"})");
  EXPECT_EQ(decode(from_hex("81a165 92 a161c0")), R"({"event":"a","data":null})");
  EXPECT_EQ(decode(from_hex("81a165 93 a16101c0")), R"({"event":"a","data":1})");
  EXPECT_EQ(decode(from_hex("81a165 93 a1610105")), R"({"event":"a","data":1,"cid":5})");
  EXPECT_EQ(decode(from_hex("81a165 92 0501")), R"({"event":5,"data":1})");
  EXPECT_EQ(decode(from_hex("81a165 93 c00105")), R"({"event":null,"data":1,"cid":5})");
}

TEST(MinBinCodec, DecodesPublicationsOfEveryLength) {
  EXPECT_EQ(decode(from_hex("81a170 91 a163")), R"({"event":"#publish","data":{"channel":"c"}})");
  EXPECT_EQ(decode(from_hex("81a170 92 a16301")),
            R"({"event":"#publish","data":{"channel":"c","data":1}})");
  EXPECT_EQ(decode(from_hex("81a170 93 a1630107")),
            R"({"event":"#publish","data":{"channel":"c","data":1},"cid":7})");
  EXPECT_EQ(decode(from_hex("81a170 93 a16301c0")),
            R"({"event":"#publish","data":{"channel":"c","data":1}})");
}

TEST(MinBinCodec, DecodesResponsesOfEveryLength) {
  EXPECT_EQ(decode(from_hex("81a172 91 01")), R"({"rid":1})");
  EXPECT_EQ(decode(from_hex("81a172 92 01 80")), R"({"rid":1,"error":{}})");
  EXPECT_EQ(decode(from_hex("81a172 93 01c0c0")), R"({"rid":1,"error":null,"data":null})");
  EXPECT_EQ(decode(from_hex("81a172 93 018002")), R"({"rid":1,"error":{},"data":2})");
}

TEST(MinBinCodec, DecodesEveryFormOfTheHeads) {
  EXPECT_EQ(decode(from_hex("de0001 d90165 dc0002 a161 01")), R"({"event":"a","data":1})");
  EXPECT_EQ(decode(from_hex("df00000001 da000165 dd00000002 a161 01")),
            R"({"event":"a","data":1})");
  EXPECT_EQ(decode(from_hex("d902 2331")), "#1");
}

TEST(MinBinCodec, DecodesBatches) {
  EXPECT_EQ(decode(from_hex("92 81a16592a16101 81a1729105")),
            R"([{"event":"a","data":1},{"rid":5}])");
  EXPECT_EQ(decode(from_hex("90")), "[]");
  EXPECT_EQ(decode(from_hex("dc0001 81a17092a16301")),
            R"([{"event":"#publish","data":{"channel":"c","data":1}}])");
  // Only packets of the batch itself have short names; "#1" is no ping in there.
  EXPECT_EQ(decode(from_hex("92 91 81a16592a16101 a22331")), R"([[{"e":["a",1]}],"#1"])");
}

TEST(MinBinCodec, DecodesTheRestAsItIs) {
  EXPECT_EQ(decode(from_hex("c0")), "null");
  EXPECT_EQ(decode(from_hex("05")), "5");
  EXPECT_EQ(decode(from_hex("a22333")), R"("#3")");
  EXPECT_EQ(decode(from_hex("80")), "{}");
  EXPECT_EQ(decode(from_hex("81a165 90")), R"({"e":[]})");
  EXPECT_EQ(decode(from_hex("81a165 94 01020304")), R"({"e":[1,2,3,4]})");
  EXPECT_EQ(decode(from_hex("81a165 c0")), R"({"e":null})");
  EXPECT_EQ(decode(from_hex("81a165 80")), R"({"e":{}})");
  EXPECT_EQ(decode(from_hex("81a178 91 01")), R"({"x":[1]})");
  EXPECT_EQ(decode(from_hex("8165 91 01")), R"({"101":[1]})");
  EXPECT_EQ(decode(from_hex("82 a165 92a16101 a178 05")), R"({"e":["a",1],"x":5})");
}

// An ArrayBuffer that one client publishes is an ArrayBuffer at the others.
TEST(MinBinCodec, CarriesBytesThrough) {
  const std::string frame = from_hex("81a17092a163 c40300ff80");
  const std::optional<std::string> packet = decode(frame);
  EXPECT_EQ(packet,
            R"({"event":"#publish","data":{"channel":"c","data":{"base64":true,"data":"AP+A"}}})");
  EXPECT_EQ(encode(*packet), to_hex(frame));
}

TEST(MinBinCodec, RefusesEveryTruncation) {
  for (const char* hex :
       {"81a16593aa2368616e647368616b6581a961757468546f6b656ec001", "81a17093a1630107",
        "81a1729301c0c0", "9281a16593a161010181a1729302c0c0", "a22331", "81a16592a161c4026869"}) {
    const std::string bytes = from_hex(hex);
    ASSERT_TRUE(decode(bytes)) << hex;
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      const std::vector<char> exact(bytes.begin(),
                                    bytes.begin() + static_cast<std::ptrdiff_t>(size));
      EXPECT_FALSE(decode({exact.data(), exact.size()})) << hex << " cut to " << size;
    }
  }
}

TEST(MinBinCodec, RefusesWhatStandsBehindThePacket) {
  for (const char* hex : {"81a1729101 00", "a22331 00", "90 90", "c0 c0"}) {
    EXPECT_FALSE(decode(from_hex(hex))) << hex;
  }
}

TEST(MinBinCodec, RefusesText) {
  const std::unique_ptr<Codec> codec = make_min_bin_codec();
  EXPECT_TRUE(codec->is_binary());
  std::string packet;
  for (const char* text : {"", "#1", R"({"event":"a"})", "\x01"}) {
    EXPECT_FALSE(codec->decode(text, false, packet)) << text;
  }
}

// What is limited is the nesting of the packet that results.
TEST(MinBinCodec, NestsUpToTheLimit) {
  MinBinLimits limits;
  limits.max_depth = 3;
  EXPECT_TRUE(decode(from_hex("81a172 93 01c0 9190"), limits));     // {[[]]}
  EXPECT_FALSE(decode(from_hex("81a172 93 01c0 919190"), limits));  // {[[[]]]}
  EXPECT_TRUE(decode(from_hex("81a165 92 a161 9190"), limits));
  EXPECT_FALSE(decode(from_hex("81a165 92 a161 919190"), limits));
  EXPECT_TRUE(decode(from_hex("81a170 92 a161 90"), limits));  // {{[]}}
  EXPECT_FALSE(decode(from_hex("81a170 92 a161 9190"), limits));
  EXPECT_TRUE(decode(from_hex("91 81a165 92 a161 90"), limits));  // [{[]}]
  EXPECT_FALSE(decode(from_hex("91 81a165 92 a161 9190"), limits));
}

TEST(MinBinCodec, StopsAtTheGreatestPacket) {
  for (const char* hex : {"81a17092a163c4020000", "81a1729105", "a22331", "9281a172910581a1729105",
                          "91 81a16593a161c0c0"}) {
    const std::string frame = from_hex(hex);
    MinBinLimits limits;
    limits.max_packet_bytes = decode(frame).value_or("").size();
    EXPECT_TRUE(decode(frame, limits)) << hex;
    --limits.max_packet_bytes;
    EXPECT_FALSE(decode(frame, limits)) << hex;
  }
}

TEST(MinBinCodec, KeepsNothingOfTheMessageBefore) {
  const std::unique_ptr<Codec> codec = make_min_bin_codec();
  std::string packet;
  EXPECT_FALSE(codec->decode(from_hex("81a172 93 01"), true, packet));
  EXPECT_TRUE(codec->decode(from_hex("81a172 91 01"), true, packet));
  EXPECT_EQ(packet, R"({"rid":1})");
  std::string frame;
  codec->encode("not JSON", frame);
  codec->encode(R"({"rid":1})", frame);
  EXPECT_EQ(to_hex(frame), "81a1729301c0c0");
}

}  // namespace
}  // namespace socketcluster
