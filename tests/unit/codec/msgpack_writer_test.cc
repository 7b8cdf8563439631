// SPDX-License-Identifier: MIT
// The expected bytes are those of msgpack-lite 0.1.26.
#include "codec/msgpack_writer.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "unit/codec/hex.h"

namespace socketcluster::codec {
namespace {

std::string write(std::string_view json) {
  const std::vector<char> exact(json.begin(), json.end());
  std::string out = "before";
  if (!append_json(out, {exact.data(), exact.size()})) return "refused";
  EXPECT_TRUE(out.starts_with("before"));
  return to_hex(out.substr(6));
}

// `head`, then `count` times `element`.
std::string repeated(std::string_view head, std::size_t count, std::string_view element) {
  std::string text(head);
  for (std::size_t i = 0; i < count; ++i) text += element;
  return text;
}

TEST(MsgpackWriter, WritesLiterals) {
  EXPECT_EQ(write("null"), "c0");
  EXPECT_EQ(write("false"), "c2");
  EXPECT_EQ(write("true"), "c3");
}

TEST(MsgpackWriter, WritesIntegersInTheShortestForm) {
  const std::vector<std::pair<std::string_view, std::string_view>> cases = {
      {"0", "00"},
      {"-0", "00"},
      {"127", "7f"},
      {"128", "cc80"},
      {"255", "ccff"},
      {"256", "cd0100"},
      {"65535", "cdffff"},
      {"65536", "ce00010000"},
      {"2147483647", "ce7fffffff"},
      {"-1", "ff"},
      {"-32", "e0"},
      {"-33", "d0df"},
      {"-128", "d080"},
      {"-129", "d1ff7f"},
      {"-32768", "d18000"},
      {"-32769", "d2ffff7fff"},
      {"-2147483648", "d280000000"},
      {"1.0", "01"},
      {"1e3", "cd03e8"},
      {"12345E-1", "cb40934a0000000000"},
      {"-0.0", "00"},
      {"0e5", "00"},
      {"1.28E2", "cc80"},
  };
  for (const auto& [json, hex] : cases) EXPECT_EQ(write(json), hex) << json;
}

TEST(MsgpackWriter, WritesOtherNumbersAsFloat64) {
  const std::vector<std::pair<std::string_view, std::string_view>> cases = {
      {"2147483648", "cb41e0000000000000"},
      {"-2147483649", "cbc1e0000000200000"},
      {"4294967295", "cb41efffffffe00000"},
      {"4294967296", "cb41f0000000000000"},
      {"9007199254740992", "cb4340000000000000"},
      {"-9007199254740992", "cbc340000000000000"},
      {"9223372036854776000", "cb43e0000000000000"},
      {"100000000000000000000", "cb4415af1d78b58c40"},
      {"1e300", "cb7e37e43c8800759c"},
      {"1.5", "cb3ff8000000000000"},
      {"0.1", "cb3fb999999999999a"},
      {"1e-7", "cb3e7ad7f29abcaf48"},
      {"5e-324", "cb0000000000000001"},
      {"1e-400", "00"},
  };
  for (const auto& [json, hex] : cases) EXPECT_EQ(write(json), hex) << json;
}

// JavaScript never has such a number, so there is nothing to be equal to.
TEST(MsgpackWriter, KeepsTheDigitsOfLargeIntegers) {
  EXPECT_EQ(write("9007199254740993"), "d30020000000000001");
  EXPECT_EQ(write("-9007199254740993"), "d3ffdfffffffffffff");
  EXPECT_EQ(write("9223372036854775807"), "d37fffffffffffffff");
  EXPECT_EQ(write("-9223372036854775808"), "d38000000000000000");
  EXPECT_EQ(write("9223372036854775808"), "cf8000000000000000");
  EXPECT_EQ(write("18446744073709551615"), "cfffffffffffffffff");
  EXPECT_EQ(write("18446744073709551616"), "cb43f0000000000000");
}

TEST(MsgpackWriter, WritesStringsOfEveryLength) {
  EXPECT_EQ(write(R"("")"), "a0");
  const std::vector<std::pair<std::size_t, std::string_view>> heads = {
      {31, "bf"},      {32, "d920"},      {255, "d9ff"},
      {256, "da0100"}, {65535, "daffff"}, {65536, "db00010000"}};
  for (const auto& [size, head] : heads) {
    EXPECT_EQ(write("\"" + std::string(size, 'x') + "\""), repeated(head, size, "78")) << size;
  }
}

TEST(MsgpackWriter, UnescapesStrings) {
  EXPECT_EQ(write(R"("\"\\\/\b\f\n\r\t\u0041")"), "a9225c2f080c0a0d0941");
  EXPECT_EQ(write(R"("\u00e9")"), "a2c3a9");
  EXPECT_EQ(write(R"("\ud83d\ude00")"), "a4f09f9880");
  EXPECT_EQ(write(R"({"\n":1})"), "81a10a01");
}

TEST(MsgpackWriter, ReplacesSurrogatesWithoutPartner) {
  EXPECT_EQ(write(R"("\ud800")"), "a3efbfbd");
  EXPECT_EQ(write(R"("\udfff\ud800\ud7ff")"), "a9efbfbdefbfbded9fbf");
  EXPECT_EQ(write(R"("\ude00\ud83d")"), "a6efbfbdefbfbd");
  EXPECT_EQ(write(R"({"\ud800":1})"), "81a3efbfbd01");
}

TEST(MsgpackWriter, WritesArraysOfEveryLength) {
  EXPECT_EQ(write("[]"), "90");
  EXPECT_EQ(write(" [ 1 , [ ] , 2 ] "), "93019002");
  const std::vector<std::pair<std::size_t, std::string_view>> heads = {
      {15, "9f"}, {16, "dc0010"}, {65535, "dcffff"}, {65536, "dd00010000"}};
  for (const auto& [size, head] : heads) {
    const std::string json = repeated("[0", size - 1, ",0") + "]";
    EXPECT_EQ(write(json), repeated(head, size, "00")) << size;
    std::string direct;
    append_array_head(direct, size);
    EXPECT_EQ(to_hex(direct), head);
  }
}

TEST(MsgpackWriter, WritesMapsOfEveryLength) {
  EXPECT_EQ(write("{}"), "80");
  EXPECT_EQ(write(R"( { "a" : 1 , "b" : { } } )"), "82a16101a16280");
  EXPECT_EQ(write(R"({"a":1,"a":2})"), "82a16101a16102");
  const std::vector<std::pair<std::size_t, std::string_view>> heads = {
      {15, "8f"}, {16, "de0010"}, {65535, "deffff"}, {65536, "df00010000"}};
  for (const auto& [size, head] : heads) {
    const std::string json = repeated(R"({"":0)", size - 1, R"(,"":0)") + "}";
    EXPECT_EQ(write(json), repeated(head, size, "a000")) << size;
    std::string direct;
    append_map_head(direct, size);
    EXPECT_EQ(to_hex(direct), head);
  }
}

// Heads that turn out to need more than a byte move everything behind them.
TEST(MsgpackWriter, WritesLargeContainersInsideOfEachOther) {
  const std::string inner = repeated("[7", 15, ",7") + "]";
  const std::string inner_hex = repeated("dc0010", 16, "07");
  EXPECT_EQ(write(repeated("[" + inner, 19, "," + inner) + "]"), repeated("dc0014", 20, inner_hex));
  const std::string object = "{\"k\":" + inner + ",\"l\":[1]}";
  const std::string object_hex = "82a16b" + inner_hex + "a16c9101";
  EXPECT_EQ(write("[" + object + "," + object + ",3]"), "93" + object_hex + object_hex + "03");
  const std::string huge = repeated("[0", 65535, ",0") + "]";
  EXPECT_EQ(write("[" + huge + "," + inner + "]"),
            "92" + repeated("dd00010000", 65536, "00") + inner_hex);
  std::string deep = "1";
  std::string deep_hex = "01";
  for (int i = 0; i < 100; ++i) {
    deep.insert(0, "[").append(repeated("", 16, ",0")).append("]");
    deep_hex.insert(0, "dc0011").append(repeated("", 16, "00"));
  }
  EXPECT_EQ(write(deep), deep_hex);
}

TEST(MsgpackWriter, MakesBytesOfBase64Objects) {
  EXPECT_EQ(write(R"({"base64":true,"data":""})"), "c400");
  EXPECT_EQ(write(R"({"base64":true,"data":"aGk="})"), "c4026869");
  EXPECT_EQ(write(R"([{"base64":true,"data":"++//"},1])"), "92c403fbefff01");
  // 255, 256, 65535 and 65536 zeros
  EXPECT_EQ(write(R"({"base64":true,"data":")" + std::string(340, 'A') + R"("})"),
            repeated("c4ff", 255, "00"));
  EXPECT_EQ(write(R"({"base64":true,"data":")" + std::string(342, 'A') + R"(=="})"),
            repeated("c50100", 256, "00"));
  EXPECT_EQ(write(R"({"base64":true,"data":")" + std::string(87380, 'A') + R"("})"),
            repeated("c5ffff", 65535, "00"));
  EXPECT_EQ(write(R"({"base64":true,"data":")" + std::string(87382, 'A') + R"(=="})"),
            repeated("c600010000", 65536, "00"));
}

TEST(MsgpackWriter, LeavesWhatOnlyResemblesBytes) {
  EXPECT_EQ(write(R"({"base64":true,"data":"aGk"})"), "82a6626173653634c3a464617461a361476b");
  EXPECT_EQ(write(R"({"base64":true,"data":"aGl="})"), "82a6626173653634c3a464617461a461476c3d");
  EXPECT_EQ(write(R"({"base64":true,"data":"","x":1})"), "83a6626173653634c3a464617461a0a17801");
  EXPECT_EQ(write(R"({"base64":true,"data":"\u0041AAA"})"),
            "82a6626173653634c3a464617461a441414141");
  EXPECT_EQ(write(R"({"base64":true,"data":null})"), "82a6626173653634c3a464617461c0");
  EXPECT_EQ(write(R"({"base64":true})"), "81a6626173653634c3");
}

TEST(MsgpackWriter, RefusesWhatIsNotJson) {
  for (const char* json : {"",
                           " ",
                           "#1",
                           "{",
                           "[",
                           "[1",
                           "[1,",
                           "[1,]",
                           "[1 2]",
                           "[1}",
                           "{\"a\"}",
                           "{\"a\":}",
                           "{\"a\":1",
                           "{\"a\":1,}",
                           "{\"a\":1]",
                           "{1:2}",
                           "nul",
                           "1 2",
                           "[] []",
                           "\"a",
                           "01",
                           "1e400",
                           "]",
                           "}",
                           ",",
                           R"({"base64":true,"data":"aGk=")",
                           R"({"base64":true,"data":")"}) {
    EXPECT_EQ(write(json), "refused") << json;
  }
}

TEST(MsgpackWriter, NestsUpToTheLimit) {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  EXPECT_EQ(write(nested(1024)), repeated("", 1023, "91") + "90");
  EXPECT_EQ(write(nested(1025)), "refused");
  EXPECT_EQ(write(nested(100000)), "refused");
}

}  // namespace
}  // namespace socketcluster::codec
