// SPDX-License-Identifier: MIT
// JSON to MessagePack and back again, for random values of Boost.JSON.
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <string_view>

#include "codec/msgpack_reader.h"
#include "codec/msgpack_writer.h"

namespace socketcluster::codec {
namespace {

class RandomValues {
 public:
  explicit RandomValues(std::uint64_t seed) : random_(seed) {}

  boost::json::value next(int depth = 0) {
    switch (below(depth < 5 ? 9 : 6)) {
      case 0:
        return nullptr;
      case 1:
        return below(2) == 0;
      case 2:
        return std::bit_cast<std::int64_t>(random_()) >> below(64);
      case 3:
        return random_() >> below(64);
      case 4:
        return finite();
      case 5:
        return boost::json::string(text());
      case 6:
      case 7:
        return array(depth);
      default:
        return object(depth);
    }
  }

 private:
  std::size_t below(std::size_t limit) { return static_cast<std::size_t>(random_() % limit); }
  // Mostly few, sometimes more than a short head can say.
  std::size_t count() { return below(8) == 0 ? below(40) : below(4); }

  double finite() {
    const auto number = std::bit_cast<double>(random_());
    if (below(2) == 0 || !std::isfinite(number)) return static_cast<double>(below(100000)) / 64;
    return number;
  }

  std::string text() {
    constexpr std::string_view kPieces[] = {
        "a", "bc", "\"", "\\", "\n", "\xc3\xa9", "\xf0\x9f\x98\x80", "long enough, "};
    std::string text;
    for (std::size_t left = count(); left != 0; --left) text += kPieces[below(8)];
    return text;
  }

  boost::json::value array(int depth) {
    boost::json::array array;
    for (std::size_t left = count(); left != 0; --left) array.push_back(next(depth + 1));
    return array;
  }

  boost::json::value object(int depth) {
    boost::json::object object;
    for (std::size_t left = count(); left != 0; --left) object[text()] = next(depth + 1);
    return object;
  }

  std::mt19937_64 random_;
};

// Integers may come back as doubles of the same value, and the other way round. Boost.JSON may
// read the last digit of a double wrong.
bool same(const boost::json::value& a, const boost::json::value& b) {
  if (a.is_double() || b.is_double()) {
    if (!a.is_number() || !b.is_number()) return false;
    const auto x = a.to_number<double>();
    const auto y = b.to_number<double>();
    return x == y || std::abs(x - y) <= 1e-14 * std::abs(x) + std::numeric_limits<double>::min();
  }
  if (a.is_array() && b.is_array()) {
    const boost::json::array& x = a.get_array();
    const boost::json::array& y = b.get_array();
    return x.size() == y.size() && std::equal(x.begin(), x.end(), y.begin(), same);
  }
  if (!a.is_object() || !b.is_object()) return a == b;
  const boost::json::object& x = a.get_object();
  const boost::json::object& y = b.get_object();
  return x.size() == y.size() && std::equal(x.begin(), x.end(), y.begin(), [](auto& m, auto& n) {
           return m.key() == n.key() && same(m.value(), n.value());
         });
}

std::string to_json(std::string_view message) {
  std::string json;
  MsgpackReader reader(message, {}, json);
  EXPECT_TRUE(reader.take_value() && reader.at_end());
  return json;
}

TEST(MsgpackRoundTrip, KeepsRandomValues) {
  RandomValues values(20240229);
  for (int i = 0; i < 20000; ++i) {
    const boost::json::value value = values.next();
    const std::string json = boost::json::serialize(value);
    std::string message;
    ASSERT_TRUE(append_json(message, json)) << json;
    const std::string back = to_json(message);
    ASSERT_TRUE(same(value, boost::json::parse(back))) << json << "\n" << back;
    // From here on nothing changes any more.
    std::string again;
    ASSERT_TRUE(append_json(again, back));
    ASSERT_EQ(again, message) << json;
  }
}

}  // namespace
}  // namespace socketcluster::codec
