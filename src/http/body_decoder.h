// SPDX-License-Identifier: MIT
// Collects the body of one request: a known length (RFC 9112 section 6.2) or chunks (section 7.1).
// Chunk extensions and trailer fields are checked for their characters, bounded and dropped: a
// trailer can never become a header. Pure; the verdict does not depend on how the bytes were cut.
//
//   chunk-size [ext] CR LF data CR LF ... "0" [ext] CR LF (trailer CR LF)* CR LF
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace socketcluster::http {

class BodyDecoder {
 public:
  enum class Outcome { kNeedMore, kComplete, kFailed };

  // `limit`: decoded bytes that are accepted. REQUIRES: length <= limit (checked by the caller, who
  // answers 413).
  static BodyDecoder with_length(std::size_t length, std::size_t limit);
  static BodyDecoder chunked(std::size_t limit);

  // Takes bytes up to the end of the body and appends what they carry to `body`.
  Outcome feed(std::string_view bytes, std::string& body, std::size_t& consumed);
  // 400, 413 or 431. REQUIRES: the last feed() returned kFailed.
  int failure_status() const { return failure_status_; }

  static constexpr std::size_t kMaxChunkLineBytes = 256;
  static constexpr std::size_t kMaxTrailerBytes = 4096;

 private:
  enum class State {
    kLength,     // data of a body with Content-Length
    kSizeStart,  // first digit of a chunk size
    kSize,
    kExtension,
    kSizeLf,
    kData,
    kDataCr,
    kDataLf,
    kTrailerStart,
    kTrailer,
    kTrailerLf,
    kEndLf,
    kDone,
  };
  BodyDecoder(State state, std::size_t remaining, std::size_t limit)
      : state_(state), remaining_(remaining), limit_(limit) {}

  std::size_t take_data(std::string_view bytes, std::string& body);
  bool step(char c, std::size_t body_size);
  bool step_size(char c, std::size_t body_size);
  bool step_trailer(char c);
  bool expect(bool matches, State next);
  bool fail(int status);

  State state_;
  std::size_t remaining_;  // bytes of data still to come (of this chunk)
  std::size_t limit_;
  std::size_t line_bytes_ = 0;
  std::size_t trailer_bytes_ = 0;
  int failure_status_ = 0;
};

}  // namespace socketcluster::http
