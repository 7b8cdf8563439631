// SPDX-License-Identifier: MIT
#include "http/head_scanner.h"

#include <algorithm>

#include "http/characters.h"

namespace socketcluster::http {

HeadScanner::Outcome HeadScanner::scan(std::string_view bytes, std::size_t& consumed) {
  consumed = 0;
  while (true) {
    consumed += take_run(bytes.substr(consumed));
    if (consumed == bytes.size()) return Outcome::kNeedMore;
    const char c = bytes[consumed++];
    if (++total_bytes_ > limits_->header_bytes) {
      fail(431);
      return Outcome::kFailed;
    }
    if (!step(c)) return Outcome::kFailed;
    if (state_ == State::kDone) return Outcome::kComplete;
  }
}

// Most bytes continue what they are in the middle of. Takes those of them at the front of `bytes`
// that no limit refuses; returns how many.
std::size_t HeadScanner::take_run(std::string_view bytes) {
  CharacterClass expected{};
  std::size_t most = std::min(bytes.size(), limits_->header_bytes - total_bytes_);
  switch (state_) {
    case State::kMethod:
    case State::kName:
      expected = kToken;
      break;
    case State::kTarget:
      expected = kVisible;
      most = std::min(most, limits_->target_bytes - target_bytes_);
      break;
    case State::kVersion:
      expected = kVisible;
      break;
    case State::kValue:
      expected = kFieldValue;
      break;
    default:
      return 0;
  }
  std::size_t size = 0;
  while (size < most && is_in_class(bytes[size], expected)) ++size;
  total_bytes_ += size;
  if (state_ == State::kTarget) target_bytes_ += size;
  return size;
}

bool HeadScanner::step(char c) {
  switch (state_) {
    case State::kStart:
    case State::kStartLf:
    case State::kMethod:
    case State::kTarget:
    case State::kVersion:
    case State::kLineLf:
      return step_request_line(c);
    case State::kFieldStart:
    case State::kName:
    case State::kValue:
    case State::kValueLf:
    case State::kEndLf:
    case State::kDone:
      return step_field(c);
  }
  return false;
}

bool HeadScanner::step_request_line(char c) {
  switch (state_) {
    case State::kStart:
      if (c == '\r') {
        state_ = State::kStartLf;
        return true;
      }
      state_ = State::kMethod;
      return is_in_class(c, kToken) || fail(400);
    case State::kStartLf:
      return expect_lf(c, State::kStart);
    case State::kMethod:
      if (c == ' ') {
        state_ = State::kTarget;
        return true;
      }
      return is_in_class(c, kToken) || fail(400);
    case State::kTarget:
      if (c == ' ') {
        state_ = State::kVersion;
        return true;
      }
      if (++target_bytes_ > limits_->target_bytes) return fail(414);
      return is_in_class(c, kVisible) || fail(400);
    case State::kVersion:
      if (c == '\r') {
        state_ = State::kLineLf;
        return true;
      }
      return is_in_class(c, kVisible) || fail(400);
    default:
      return expect_lf(c, State::kFieldStart);
  }
}

bool HeadScanner::step_field(char c) {
  switch (state_) {
    case State::kFieldStart:
      if (c == '\r') {
        state_ = State::kEndLf;
        return true;
      }
      if (!is_in_class(c, kToken)) return fail(400);  // obs-fold among them (section 5.2)
      if (++field_count_ > limits_->header_count) return fail(431);
      state_ = State::kName;
      return true;
    case State::kName:
      if (c != ':') return fail(400);  // white space before the colon too (section 5.1)
      state_ = State::kValue;
      return true;
    case State::kValue:
      if (c != '\r') return fail(400);
      state_ = State::kValueLf;
      return true;
    case State::kValueLf:
      return expect_lf(c, State::kFieldStart);
    default:
      return expect_lf(c, State::kDone);
  }
}

bool HeadScanner::expect_lf(char c, State next) {
  if (c != '\n') return fail(400);
  state_ = next;
  return true;
}

bool HeadScanner::fail(int status) {
  failure_status_ = status;
  return false;
}

}  // namespace socketcluster::http
