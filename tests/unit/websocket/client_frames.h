// SPDX-License-Identifier: MIT
// What the tests of this layer share: frames as a client writes them, and a sink that keeps a
// protocol of what was delivered.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "websocket/message_reader.h"

namespace socketcluster::websocket::test {

enum class Masked : bool { kNo, kYes };

struct ClientFrame {
  Opcode opcode = Opcode::kText;
  Final final = Final::kYes;
  Compressed compressed = Compressed::kNo;
  Masked masked = Masked::kYes;
  std::string mask = "\x37\xfa\x21\x3d";
};

inline std::string client_header(const ClientFrame& frame, std::uint64_t payload_size) {
  char bytes[kMaxHeaderBytes];
  std::string header(
      bytes, encode_header(bytes, frame.opcode, payload_size, frame.final, frame.compressed));
  if (frame.masked == Masked::kYes) {
    header[1] = static_cast<char>(static_cast<unsigned char>(header[1]) | 0x80U);
    header += frame.mask;
  }
  return header;
}

inline std::string client_frame(const ClientFrame& frame, std::string_view payload) {
  std::string bytes = client_header(frame, payload.size());
  for (std::size_t i = 0; i < payload.size(); ++i) {
    const char key = frame.masked == Masked::kYes ? frame.mask[i % 4] : '\0';
    bytes += static_cast<char>(payload[i] ^ key);
  }
  return bytes;
}

inline std::string text_frame(std::string_view payload) {
  return client_frame({}, payload);
}
inline std::string frame(Opcode opcode, std::string_view payload, Final final = Final::kYes) {
  return client_frame({.opcode = opcode, .final = final}, payload);
}

// Delivered calls as text: "text:hello", "ping:", "close:1000:bye", "close:-:" ...
class RecordingSink final : public MessageSink {
 public:
  std::vector<std::string> calls;
  std::function<Go()> decide = [] { return Go::kOn; };

  Go on_message(MessageKind kind, std::string_view payload) override {
    calls.push_back((kind == MessageKind::kText ? "text:" : "binary:") + std::string(payload));
    last_payload = payload.data();
    return decide();
  }
  Go on_ping(std::string_view payload) override {
    calls.push_back("ping:" + std::string(payload));
    return decide();
  }
  Go on_pong(std::string_view payload) override {
    calls.push_back("pong:" + std::string(payload));
    return decide();
  }
  void on_close(std::optional<std::uint16_t> code, std::string_view reason) override {
    calls.push_back("close:" + (code ? std::to_string(*code) : "-") + ":" + std::string(reason));
  }

  const char* last_payload = nullptr;  // where the last message lay; to compare only
};

struct Transcript {
  std::vector<std::string> calls;
  ReadOutcome::Kind end = ReadOutcome::Kind::kMore;
  std::uint16_t close_code = 0;
  std::string reason;

  friend bool operator==(const Transcript&, const Transcript&) = default;
};

// Feeds `bytes` in pieces that end at `cuts` (ascending).
inline Transcript read_in_pieces(MessageReader& reader, std::string bytes,
                                 const std::vector<std::size_t>& cuts) {
  RecordingSink sink;
  Transcript result;
  std::size_t begin = 0;
  const auto feed = [&](std::size_t end) {
    const ReadOutcome outcome = reader.read(std::span(bytes).subspan(begin, end - begin), sink);
    if (result.end == ReadOutcome::Kind::kMore) {
      result.end = outcome.kind;
      result.close_code = outcome.close_code;
      result.reason = outcome.reason;
    }
    begin = end;
  };
  for (const std::size_t cut : cuts) feed(cut);
  feed(bytes.size());
  result.calls = std::move(sink.calls);
  return result;
}

inline Transcript read_all(const std::string& bytes, std::size_t max_message_bytes = 1 << 20) {
  MessageReader reader(max_message_bytes);
  return read_in_pieces(reader, bytes, {});
}

inline Transcript read_bytewise(const std::string& bytes, std::size_t max_message_bytes = 1 << 20) {
  MessageReader reader(max_message_bytes);
  std::vector<std::size_t> cuts;
  for (std::size_t i = 1; i < bytes.size(); ++i) cuts.push_back(i);
  return read_in_pieces(reader, bytes, cuts);
}

}  // namespace socketcluster::websocket::test
