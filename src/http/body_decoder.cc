// SPDX-License-Identifier: MIT
#include "http/body_decoder.h"

#include <algorithm>

#include "base/assert.h"
#include "http/characters.h"

namespace socketcluster::http {

BodyDecoder BodyDecoder::with_length(std::size_t length, std::size_t limit) {
  SC_ASSERT(length <= limit);
  return {length == 0 ? State::kDone : State::kLength, length, limit};
}

BodyDecoder BodyDecoder::chunked(std::size_t limit) {
  return {State::kSizeStart, 0, limit};
}

BodyDecoder::Outcome BodyDecoder::feed(std::string_view bytes, std::string& body,
                                       std::size_t& consumed) {
  consumed = 0;
  while (state_ != State::kDone && consumed < bytes.size()) {
    if (state_ == State::kLength || state_ == State::kData) {
      consumed += take_data(bytes.substr(consumed), body);
    } else if (!step(bytes[consumed++], body.size())) {
      return Outcome::kFailed;
    }
  }
  return state_ == State::kDone ? Outcome::kComplete : Outcome::kNeedMore;
}

std::size_t BodyDecoder::take_data(std::string_view bytes, std::string& body) {
  const std::size_t count = std::min(bytes.size(), remaining_);
  body.append(bytes.substr(0, count));
  remaining_ -= count;
  if (remaining_ == 0) state_ = state_ == State::kLength ? State::kDone : State::kDataCr;
  return count;
}

bool BodyDecoder::step(char c, std::size_t body_size) {
  switch (state_) {
    case State::kSizeStart:
    case State::kSize:
    case State::kExtension:
      return step_size(c, body_size);
    case State::kSizeLf:
      return expect(c == '\n', remaining_ == 0 ? State::kTrailerStart : State::kData);
    case State::kDataCr:
      return expect(c == '\r', State::kDataLf);
    case State::kDataLf:
      return expect(c == '\n', State::kSizeStart);
    case State::kTrailerStart:
    case State::kTrailer:
    case State::kTrailerLf:
    case State::kEndLf:
      return step_trailer(c);
    case State::kLength:
    case State::kData:
    case State::kDone:
      break;
  }
  return fail(400);
}

bool BodyDecoder::step_size(char c, std::size_t body_size) {
  if (state_ == State::kSizeStart) {
    if (!is_in_class(c, kHex)) return fail(400);
    state_ = State::kSize;
    remaining_ = 0;
    line_bytes_ = 0;
  }
  if (++line_bytes_ > kMaxChunkLineBytes) return fail(400);
  if (state_ == State::kSize && is_in_class(c, kHex)) {
    // body_size <= limit_ always, so the subtraction is safe; the product cannot overflow because
    // remaining_ is below the limit before it.
    const std::size_t room = limit_ - body_size;
    if (remaining_ > room / 16) return fail(413);
    remaining_ = remaining_ * 16 + hex_digit_value(c);
    return remaining_ <= room || fail(413);
  }
  if (c == '\r') return expect(true, State::kSizeLf);
  if (state_ == State::kSize) return expect(c == ';', State::kExtension);
  return is_in_class(c, kFieldValue) || fail(400);
}

bool BodyDecoder::step_trailer(char c) {
  if (++trailer_bytes_ > kMaxTrailerBytes) return fail(431);
  switch (state_) {
    case State::kTrailerStart:
      if (c == '\r') return expect(true, State::kEndLf);
      return expect(is_in_class(c, kToken), State::kTrailer);
    case State::kTrailer:
      if (c == '\r') return expect(true, State::kTrailerLf);
      return is_in_class(c, kFieldValue) || fail(400);
    case State::kTrailerLf:
      return expect(c == '\n', State::kTrailerStart);
    default:
      return expect(c == '\n', State::kDone);
  }
}

bool BodyDecoder::expect(bool matches, State next) {
  if (!matches) return fail(400);
  state_ = next;
  return true;
}

bool BodyDecoder::fail(int status) {
  failure_status_ = status;
  return false;
}

}  // namespace socketcluster::http
