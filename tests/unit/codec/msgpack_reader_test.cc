// SPDX-License-Identifier: MIT
#include "codec/msgpack_reader.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "unit/codec/hex.h"

namespace socketcluster::codec {
namespace {

// The JSON of a message that is one value and nothing else.
std::optional<std::string> read(std::string_view bytes, const ReadLimits& limits = {}) {
  // In memory of exactly its size, so that a sanitizer sees a byte too much.
  const std::vector<char> exact(bytes.begin(), bytes.end());
  std::string out;
  MsgpackReader reader({exact.data(), exact.size()}, limits, out);
  if (!reader.take_value() || !reader.at_end()) return std::nullopt;
  return out;
}

std::optional<std::string> read_hex(std::string_view hex) {
  return read(from_hex(hex));
}

struct Vector {
  std::string_view hex;
  std::string_view json;
};

const std::vector<Vector> kVectors = {
    {"c0", "null"},
    {"c2", "false"},
    {"c3", "true"},
    // integers
    {"00", "0"},
    {"7f", "127"},
    {"ff", "-1"},
    {"e0", "-32"},
    {"cc 00", "0"},
    {"cc ff", "255"},
    {"cd 0100", "256"},
    {"cd ffff", "65535"},
    {"ce 00010000", "65536"},
    {"ce ffffffff", "4294967295"},
    {"cf 0000000100000000", "4294967296"},
    {"cf 0020000000000001", "9007199254740993"},
    {"cf ffffffffffffffff", "18446744073709551615"},
    {"d0 7f", "127"},
    {"d0 80", "-128"},
    {"d1 7fff", "32767"},
    {"d1 8000", "-32768"},
    {"d2 7fffffff", "2147483647"},
    {"d2 80000000", "-2147483648"},
    {"d3 7fffffffffffffff", "9223372036854775807"},
    {"d3 ffdfffffffffffff", "-9007199254740993"},
    {"d3 8000000000000000", "-9223372036854775808"},
    // floats, printed as JavaScript does
    {"ca 3fc00000", "1.5"},
    {"ca 3dcccccd", "0.10000000149011612"},
    {"ca 7f800000", "null"},
    {"ca ffc00000", "null"},
    {"cb 0000000000000000", "0"},
    {"cb 8000000000000000", "0"},
    {"cb 3ff0000000000000", "1"},
    {"cb 3fb999999999999a", "0.1"},
    {"cb 4340000000000000", "9007199254740992"},
    {"cb c340000000000000", "-9007199254740992"},
    {"cb 43b0000000000000", "1152921504606847000"},
    {"cb 4415af1d78b58c40", "100000000000000000000"},
    {"cb 444b1ae4d6e2ef50", "1e+21"},
    {"cb 7fefffffffffffff", "1.7976931348623157e+308"},
    {"cb 0000000000000001", "5e-324"},
    {"cb 7ff0000000000000", "null"},
    {"cb fff0000000000000", "null"},
    {"cb 7ff8000000000001", "null"},
    // strings
    {"a0", R"("")"},
    {"a1 61", R"("a")"},
    {"d9 01 61", R"("a")"},
    {"da 0001 61", R"("a")"},
    {"db 00000001 61", R"("a")"},
    {"a6 22 5c 0a 00 1f 7f", "\"\\\"\\\\\\n\\u0000\\u001f\x7f\""},
    {"a8 61 62 63 64 65 66 67 22", R"("abcdefg\"")"},
    {"a9 61 62 63 64 65 66 67 68 09", R"("abcdefgh\t")"},
    {"a2 c3a9", "\"\xc3\xa9\""},
    {"a4 f09f9880", "\"\xf0\x9f\x98\x80\""},
    {"a3 c3a9 0a", "\"\xc3\xa9\\n\""},
    // bytes
    {"c4 00", R"({"base64":true,"data":""})"},
    {"c4 02 6869", R"({"base64":true,"data":"aGk="})"},
    {"c5 0003 fbefff", R"({"base64":true,"data":"++//"})"},
    {"c6 00000001 00", R"({"base64":true,"data":"AA=="})"},
    // arrays and maps
    {"90", "[]"},
    {"80", "{}"},
    {"91 90", "[[]]"},
    {"93 01 a161 c0", R"([1,"a",null])"},
    {"dc 0001 01", "[1]"},
    {"dd 00000002 01 02", "[1,2]"},
    {"dc 0000", "[]"},
    {"df 00000000", "{}"},
    {"82 a161 01 a162 92 02 80", R"({"a":1,"b":[2,{}]})"},
    {"de 0001 a161 01", R"({"a":1})"},
    {"df 00000001 a161 01", R"({"a":1})"},
    {"82 a161 01 a161 02", R"({"a":1,"a":2})"},
    // keys that are not strings
    {"81 01 02", R"({"1":2})"},
    {"81 ff 02", R"({"-1":2})"},
    {"81 c0 02", R"({"null":2})"},
    {"81 c2 c3", R"({"false":true})"},
    {"81 cb3ff8000000000000 02", R"({"1.5":2})"},
    {"81 cb8000000000000000 02", R"({"0":2})"},
    {"81 cb7ff8000000000000 02", R"({"NaN":2})"},
    {"81 cb7ff0000000000000 02", R"({"Infinity":2})"},
    {"81 cafff00000 02", R"({"NaN":2})"},
    {"81 caff800000 02", R"({"-Infinity":2})"},
};

TEST(MsgpackReader, ReadsEveryType) {
  for (const auto& [hex, json] : kVectors) EXPECT_EQ(read_hex(hex), json) << hex;
}

TEST(MsgpackReader, RefusesEveryTruncation) {
  for (const auto& [hex, json] : kVectors) {
    const std::string bytes = from_hex(hex);
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      EXPECT_EQ(read(bytes.substr(0, size)), std::nullopt) << hex << " cut to " << size;
    }
  }
}

TEST(MsgpackReader, LeavesWhatStandsBehindTheValue) {
  for (const auto& [hex, json] : kVectors) {
    const std::string bytes = from_hex(hex) + "\x05";
    std::string out = "[";
    MsgpackReader reader(bytes, {}, out);
    ASSERT_TRUE(reader.take_value()) << hex;
    EXPECT_EQ(out, "[" + std::string(json));
    EXPECT_EQ(reader.rest(), "\x05");
  }
}

TEST(MsgpackReader, RefusesTypesWithoutJson) {
  for (const char* hex :
       {"c1", "d4 01 05", "d5 01 0506", "d6 ff 5a000000", "d7 ff 0000000000000001",
        "d8 01 00000000000000000000000000000000", "c7 00 01", "c7 0c ff 000000000000000000000001",
        "c8 0000 01", "c9 00000000 01", "91 c1", "81 a161 d4 01 05"}) {
    EXPECT_EQ(read_hex(hex), std::nullopt) << hex;
  }
}

TEST(MsgpackReader, RefusesKeysThatJavaScriptCannotTellApart) {
  for (const char* hex :
       {"81 90 01", "81 91 01 01", "81 80 01", "81 c4 01 61 01", "81 d4 01 05 01"}) {
    EXPECT_EQ(read_hex(hex), std::nullopt) << hex;
  }
}

TEST(MsgpackReader, RefusesStringsThatAreNotUtf8) {
  for (const char* hex :
       {"a1 ff", "a1 80", "a2 c3 28", "a1 c3", "a3 eda080", "a2 c080", "a4 f4908080",
        "a9 6161616161616161 c3", "81 a1 ff 01", "aa 0a 6161616161616161 ff"}) {
    EXPECT_EQ(read_hex(hex), std::nullopt) << hex;
  }
}

// Nothing may be reserved or walked for a length that is only announced.
TEST(MsgpackReader, RefusesLengthsBeyondTheMessage) {
  for (const char* hex :
       {"df ffffffff", "dd ffffffff", "db ffffffff", "c6 ffffffff", "de ffff", "dc ffff",
        "df 00000001 a161", "dd 00000002 01", "dd ffffffff 0000000000", "df 80000000 a1610000"}) {
    EXPECT_EQ(read_hex(hex), std::nullopt) << hex;
  }
}

TEST(MsgpackReader, EscapesAtEveryPositionOfALongString) {
  for (std::size_t size = 1; size < 40; ++size) {
    for (std::size_t at = 0; at < size; ++at) {
      for (const auto& [byte, escape] :
           std::vector<std::pair<char, std::string>>{{'"', "\\\""},
                                                     {'\\', "\\\\"},
                                                     {'\x1f', "\\u001f"},
                                                     {' ', " "},
                                                     {'!', "!"},
                                                     {'#', "#"},
                                                     {']', "]"},
                                                     {'[', "["},
                                                     {'\x7f', "\x7f"}}) {
        std::string text(size, 'x');
        text[at] = byte;
        std::string json = "\"" + text + "\"";
        json.replace(at + 1, 1, escape);
        EXPECT_EQ(read("\xd9" + std::string(1, static_cast<char>(size)) + text), json);
      }
    }
  }
}

TEST(MsgpackReader, NestsUpToTheLimit) {
  ReadLimits limits;
  limits.max_depth = 3;
  EXPECT_EQ(read("\x91\x91\x90", limits), "[[[]]]");
  EXPECT_EQ(read("\x91\x91\x91\x90", limits), std::nullopt);
  EXPECT_EQ(read("\x91\x91\x91\x01", limits), "[[[1]]]");
  EXPECT_EQ(read("\x91\x91\x91\x80", limits), std::nullopt);
  EXPECT_EQ(read(from_hex("91 91 c401ff"), limits), R"([[{"base64":true,"data":"/w=="}]])");
  EXPECT_EQ(read(from_hex("91 91 91 c401ff"), limits), std::nullopt);
  limits.max_depth = 0;
  EXPECT_EQ(read("\x01", limits), "1");
  EXPECT_EQ(read("\x90", limits), std::nullopt);
}

TEST(MsgpackReader, CountsWhatIsOpenAroundTheValue) {
  ReadLimits limits;
  limits.max_depth = 3;
  std::string out;
  const std::string_view bytes = "\x91\x90";
  EXPECT_TRUE(MsgpackReader(bytes, limits, out).take_value(1));
  EXPECT_FALSE(MsgpackReader(bytes, limits, out).take_value(2));
  EXPECT_FALSE(MsgpackReader(bytes, limits, out).take_value(4));
}

TEST(MsgpackReader, NeverNestsDeeperThanItsMemory) {
  ReadLimits limits;
  limits.max_depth = std::size_t{1} << 30;
  EXPECT_TRUE(read(std::string(kGreatestDepth - 1, '\x91') + "\x90", limits));
  EXPECT_FALSE(read(std::string(kGreatestDepth, '\x91') + "\x90", limits));
  EXPECT_FALSE(read(std::string(1000000, '\x91') + "\x90", limits));
}

TEST(MsgpackReader, StopsAtTheGreatestOutput) {
  for (const auto& [hex, json] : kVectors) {
    ReadLimits limits;
    limits.max_output_bytes = json.size();
    EXPECT_EQ(read(from_hex(hex), limits), json) << hex;
    limits.max_output_bytes = json.size() - 1;
    EXPECT_EQ(read(from_hex(hex), limits), std::nullopt) << hex;
  }
}

TEST(MsgpackReader, MakesAtMostEightBytesOfOne) {
  const auto ratio = [](const std::string& unit, std::size_t units, char head) {
    std::string bytes(1, head);
    for (int shift = 24; shift >= 0; shift -= 8) bytes.push_back(static_cast<char>(units >> shift));
    for (std::size_t i = 0; i < units; ++i) bytes += unit;
    const std::optional<std::string> json = read(bytes);
    EXPECT_TRUE(json.has_value());
    return static_cast<double>(json.value_or("").size()) / static_cast<double>(bytes.size());
  };
  EXPECT_LE(ratio("\xc2\xc2", 10000, '\xdf'), 8);            // "false":false,
  EXPECT_LE(ratio("\xc2", 10000, '\xdd'), 8);                // false,
  EXPECT_LE(ratio(std::string(1, '\0'), 10000, '\xdb'), 8);  // \u0000
  EXPECT_LE(ratio(from_hex("ca 00800000"), 10000, '\xdd'), 8);
}

}  // namespace
}  // namespace socketcluster::codec
