// SPDX-License-Identifier: MIT
#include "handlers/client.h"

#include <sys/socket.h>

#include <array>

#include "handlers/tokens.h"
#include "websocket/frame.h"

namespace socketcluster::fuzz {
namespace {

using websocket::Opcode;

constexpr std::array<const char*, 6> kRequestMethods = {"GET",     "POST",   "HEAD",
                                                        "OPTIONS", "DELETE", "get"};
constexpr std::array<const char*, 10> kTargets = {
    "/a/1", "/a/%2F?q=1%20&q", "/x/b/y",          "/a/2",        "/a/",
    "/",    "/health-check",   "/socketcluster/", "/a/b/../%zz", "*"};
constexpr std::array<const char*, 5> kFields = {
    "", "Cookie: c=1; d\r\n", "Content-Type: application/x-www-form-urlencoded\r\n",
    "Connection: close\r\n", "Expect: 100-continue\r\n"};

std::string masked_frame(Opcode opcode, std::string_view payload, bool is_final = true) {
  std::array<char, websocket::kMaxHeaderBytes> header{};
  const std::size_t size = websocket::encode_header(
      header.data(), opcode, payload.size(),
      is_final ? websocket::Final::kYes : websocket::Final::kNo, websocket::Compressed::kNo);
  std::string bytes(header.data(), size);
  bytes[1] = static_cast<char>(static_cast<unsigned char>(bytes[1]) | 0x80U);
  bytes.append(4, '\0');  // a mask that changes nothing
  return bytes.append(payload);
}

}  // namespace

void Client::read() const {
  if (is_deaf_) return;
  std::array<char, 4096> bytes;
  while (::recv(fd_, bytes.data(), bytes.size(), MSG_DONTWAIT) > 0) {
  }
}

void Client::write(std::string_view bytes) const {
  ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
}

std::string Client::cid() {
  const std::size_t number = in_.below(4);
  return number == 0 ? std::string() : ",\"cid\":" + std::to_string(number);
}

std::string Client::handshake() {
  const std::string data =
      in_.one_in(3) ? concat({R"({"authToken":")", token(in_.byte()), "\"}"}) : std::string("{}");
  return concat({R"({"event":"#handshake","data":)", data, R"(,"cid":1})"});
}

// A packet as the server's codec has it.
std::string Client::framed(const std::string& packet) const {
  if (codec_ == nullptr) return masked_frame(Opcode::kText, packet);
  std::string bytes;
  codec_->encode(packet, bytes);
  return masked_frame(Opcode::kBinary, bytes);
}

// ---- HTTP ----

// Whole or broken off, with a body of a length, in chunks, or none.
void Client::send_request() {
  std::string bytes =
      concat({in_.pick(kRequestMethods), " ", in_.pick(kTargets),
              in_.one_in(5) ? " HTTP/1.0\r\n" : " HTTP/1.1\r\nHost: a\r\n", in_.pick(kFields)});
  const std::string body(in_.below(4) * 100U, 'q');
  switch (in_.below(4)) {
    case 0:
      bytes += concat({"Content-Length: ", std::to_string(body.size()), "\r\n\r\n", body});
      break;
    case 1:
      bytes += "Transfer-Encoding: chunked\r\n\r\n5\r\n{\"a\":\r\n2\r\n1}\r\n0\r\n\r\n";
      break;
    default:
      bytes += "\r\n";
  }
  if (in_.one_in(6)) bytes.resize(bytes.size() / 2);
  write(bytes);
}

void Client::act_over_http() {
  switch (in_.below(6)) {
    case 0:
      if (in_.one_in(3)) ::shutdown(fd_, SHUT_WR);
      is_deaf_ = in_.one_in(2);
      return;
    case 1:
      send_request();  // two at once
      return send_request();
    default:
      return send_request();
  }
}

// ---- WebSocket ----

// Mostly with the handshake behind it, and what tells the generation.
void Client::begin() {
  const std::uint8_t how = in_.byte();
  speaks_http_ = how >= 160;
  if (speaks_http_) return send_request();
  std::string bytes =
      "GET /socketcluster/ HTTP/1.1\r\nHost: a\r\n"
      "Upgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
      "Sec-WebSocket-Extensions: permessage-deflate\r\n"
      "Sec-WebSocket-Version: 13\r\n\r\n";
  if (how % 4 != 3) bytes += framed(handshake());
  if (how % 4 == 1) bytes += framed("#2");
  if (how % 4 == 2) bytes += masked_frame(Opcode::kText, "");
  write(bytes);
}

std::string Client::channel_packet() {
  const char* name = in_.pick(kChannels);
  switch (in_.below(5)) {
    case 0:
    case 1:
      return concat({R"({"event":"#subscribe","data":{"channel":")", name,
                     in_.one_in(4) ? R"(","waitForAuth":true,"data":[1]})" : R"("})", cid(), "}"});
    case 2:
      return concat({R"({"event":"#unsubscribe","data":")", name, "\"", cid(), "}"});
    default:
      return concat({R"({"event":"#publish","data":{"channel":")", name, R"(","data":)",
                     in_.pick(kData), "}", cid(), "}"});
  }
}

std::string Client::packet() {
  switch (in_.below(10)) {
    case 0:
    case 1:
    case 2:
      return concat(
          {R"({"event":")", in_.pick(kEvents), R"(","data":)", in_.pick(kData), cid(), "}"});
    case 3:
    case 4:
      return channel_packet();
    case 5:
      return concat({R"({"rid":)", std::to_string(in_.below(6)),
                     in_.one_in(2) ? R"(,"error":{"message":"m"}})" : R"(,"data":1})"});
    case 6:
      return concat({R"({"event":"#authenticate","data":")", token(in_.byte()), "\"", cid(), "}"});
    case 7:
      return in_.one_in(2) ? concat({R"({"event":"#removeAuthToken")", cid(), "}"})
                           : R"({"event":"#disconnect","data":{"code":4321,"data":"bye"}})";
    case 8:
      return handshake();
    default:
      return in_.one_in(2) ? "#2" : (in_.one_in(2) ? "raw" : "");
  }
}

void Client::frames() {
  constexpr std::array<std::string_view, 4> kCloses = {
      std::string_view("", 0), std::string_view("\x03\xe8", 2), std::string_view("\x11\x94why", 5),
      std::string_view("\x00\x01", 2)};
  switch (in_.below(5)) {
    case 0:
      return write(masked_frame(Opcode::kClose, in_.pick(kCloses)));
    case 1:
      return write(masked_frame(Opcode::kPing, "p"));
    case 2:
      return write(masked_frame(Opcode::kText, packet(), false));
    case 3:
      return write(masked_frame(Opcode::kContinuation, packet()));
    default:
      return write(masked_frame(Opcode::kBinary, packet()));
  }
}

void Client::act() {
  if (speaks_http_) return act_over_http();
  switch (in_.below(10)) {
    case 0:
      return frames();
    case 1: {
      std::string batch = "[";
      for (std::size_t left = in_.below(5); left > 0; --left) batch += packet() + ",";
      return write(framed(batch + packet() + "]"));
    }
    case 2: {
      std::string several;
      for (std::size_t left = in_.below(5); left > 0; --left) {
        several += framed(packet());
      }
      return write(several);
    }
    case 3: {
      const std::array garbage = {static_cast<char>(in_.byte()), static_cast<char>(in_.byte())};
      return write({garbage.data(), garbage.size()});
    }
    case 4:
      if (in_.one_in(4)) ::shutdown(fd_, SHUT_WR);
      is_deaf_ = in_.one_in(3);
      return;
    default:
      return write(in_.one_in(9) ? masked_frame(Opcode::kText, packet()) : framed(packet()));
  }
}

}  // namespace socketcluster::fuzz
