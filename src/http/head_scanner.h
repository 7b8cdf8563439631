// SPDX-License-Identifier: MIT
// Finds the end of a request's head, byte by byte, and refuses on the way what RFC 9112 forbids on
// the level of characters: bare CR or LF, NUL and other controls, white space before a colon or at
// the start of a field line (obs-fold), and what exceeds the limits. Because every byte is judged
// alone, the verdict does not depend on how the bytes were cut.
//
//   (CR LF)* request-line CR LF (name ":" value CR LF)* CR LF
//
// Pure: no I/O, no allocation. The meaning of the head is request_parser.cc's affair.
#pragma once

#include <cstddef>
#include <string_view>

#include "http/limits.h"

namespace socketcluster::http {

class HeadScanner {
 public:
  enum class Outcome { kNeedMore, kComplete, kFailed };

  explicit HeadScanner(const RequestLimits& limits) : limits_(&limits) {}  // must outlive this

  // Takes bytes up to the end of the head. `consumed` tells how many (all of them on kNeedMore).
  Outcome scan(std::string_view bytes, std::size_t& consumed);
  // The status code of the refusal. REQUIRES: the last scan() returned kFailed.
  int failure_status() const { return failure_status_; }
  std::size_t field_count() const { return field_count_; }

 private:
  enum class State {
    kStart,       // before the request line; empty lines are skipped (section 2.2)
    kStartLf,     // LF of such an empty line
    kMethod,      //
    kTarget,      //
    kVersion,     // rest of the request line
    kLineLf,      // LF of the request line
    kFieldStart,  // first byte of a field line, or CR of the empty line
    kName,        //
    kValue,       //
    kValueLf,     // LF of a field line
    kEndLf,       // LF of the empty line
    kDone,
  };
  std::size_t take_run(std::string_view bytes);
  bool step(char c);
  bool step_request_line(char c);
  bool step_field(char c);
  bool expect_lf(char c, State next);
  bool fail(int status);

  const RequestLimits* limits_;
  State state_ = State::kStart;
  std::size_t total_bytes_ = 0;
  std::size_t target_bytes_ = 0;
  std::size_t field_count_ = 0;
  int failure_status_ = 0;
};

}  // namespace socketcluster::http
