// SPDX-License-Identifier: MIT
// MsgpackReader: one MessagePack message, value by value, as JSON text. Streams: no values are
// built, nothing recurses, nothing is reserved for a length that a peer announces.
//
//   nil, bool, integers    as they are, all 64 bits of an integer in decimal
//   float 32, float 64     as JavaScript prints the number; NaN and the infinities are null
//   str                    a string; must be valid UTF-8
//   bin                    {"base64":true,"data":"..."}
//   array, map             the same; keys that are nil, bool or numbers become strings, duplicates
//                          stay (the last one counts in JSON, too)
//   ext, 0xc1, other keys  refused
//
// A byte of input never becomes more than eight of output (a key `false` is the worst). Lifetime:
// a view of bytes and output, for one call. Thread rule: none, pure.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace socketcluster::codec {

struct ReadLimits {
  std::size_t max_depth = 128;  // open arrays and objects; at most kGreatestDepth
  std::size_t max_output_bytes = std::size_t{16} << 20;
};

inline constexpr std::size_t kGreatestDepth = 1024;

enum class MsgpackType : std::uint8_t {
  kNil,
  kFalse,
  kTrue,
  kUnsigned,
  kSigned,
  kFloat,
  kString,
  kBinary,
  kArray,
  kMap,
};

// A value, but for arrays and maps, whose elements follow.
struct MsgpackHead {
  MsgpackType type = MsgpackType::kNil;
  std::uint64_t bits =
      0;              // kUnsigned; kSigned in two's complement; kArray, kMap: how many elements
  double number = 0;  // kFloat
  std::string_view bytes;  // kString, kBinary
};

class MsgpackReader {
 public:
  // Appends to `out`, which counts for the limit as a whole.
  MsgpackReader(std::string_view message, const ReadLimits& limits, std::string& out);

  bool at_end() const { return rest_.empty(); }
  // What is not read yet; seek() with an earlier one goes back.
  std::string_view rest() const { return rest_; }
  void seek(std::string_view rest) { rest_ = rest; }

  // Takes a head, appends nothing. False: the message is cut short, or has a type that is refused.
  // An array or a map never has more elements than there are bytes left.
  bool take_head(MsgpackHead& head);

  // Takes nil, or nothing when the next value is another.
  bool take_nil();

  // Takes one whole value and appends its JSON. `depth`: how many arrays and objects are open
  // around it in the output. False: as above, or a limit is reached; the output then ends anywhere.
  bool take_value(std::size_t depth = 0);

 private:
  struct Level {
    std::uint32_t left;  // elements, the current one included
    bool is_map;
  };

  bool take_key();
  bool append_scalar(const MsgpackHead& head);
  bool append_key(const MsgpackHead& head);
  bool append_text(std::string_view text);
  bool append_blob(std::string_view bytes);
  bool take_big_endian(std::size_t bytes, std::uint64_t& value);
  bool take_bytes(std::uint64_t size, MsgpackHead& head);
  bool take_counted(unsigned width_log2, MsgpackType type, MsgpackHead& head);
  bool take_wide_head(unsigned char first, MsgpackHead& head);
  bool fits(std::size_t more) const;

  std::string_view rest_;
  std::size_t max_depth_;
  std::size_t max_output_bytes_;
  std::string& out_;
  // Filled up to the depth reached, otherwise never written: clearing 8 KiB costs more than most
  // messages.
  std::array<Level, kGreatestDepth> levels_;
};

}  // namespace socketcluster::codec
