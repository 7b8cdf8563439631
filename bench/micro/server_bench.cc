// SPDX-License-Identifier: MIT
// What the rules of an application cost per action: events of one client through 0 to 3 and 8
// functions of the emit line, and messages to one subscriber through the publishOut line. A whole
// SocketServer behind a socket pair; the time per item less that of 0 functions, by their number,
// is the cost of one call.
#include <benchmark/benchmark.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <socketcluster/coroutine.h>

#include "auth/jwt_engine.h"
#include "auth/token_keys.h"
#include "base/log.h"
#include "base/random.h"
#include "http/http_connection.h"
#include "server/socket_server.h"
#include "websocket/frame.h"

namespace socketcluster::server {
namespace {

std::string client_frame(std::string_view text) {
  std::array<char, websocket::kMaxHeaderBytes> header{};
  const std::size_t size =
      websocket::encode_header(header.data(), websocket::Opcode::kText, text.size());
  header[1] = static_cast<char>(static_cast<unsigned char>(header[1]) | 0x80U);
  return std::string(header.data(), size) + std::string(4, '\0') + std::string(text);  // mask 0
}

class Upgrades final : public http::RequestHandler {
 public:
  explicit Upgrades(SocketServer& server) : server_(server) {}
  void on_request(const http::Request& request, http::Exchange exchange) override {
    server_.accept_upgrade(request, std::move(exchange));
  }

 private:
  SocketServer& server_;
};

std::unique_ptr<auth::AuthEngine> engine(base::RandomSource& random) {
  auth::TokenKeyOptions options;
  options.auth_key = "any";
  return std::make_unique<auth::JwtEngine>(std::move(*auth::TokenKeys::load(options, random)),
                                           auth::JwtEngineOptions{});
}

// A server with one client that has completed its handshake.
class OneClient {
 public:
  OneClient() {
    std::array<int, 2> ends{-1, -1};
    ::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data());
    client_ = ends[0];
    service_.serve(loop_.adopt(ends[1]));
    send(
        "GET /socketcluster/ HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
    send(client_frame(R"({"event":"#handshake","data":{},"cid":1})"));
  }
  OneClient(const OneClient&) = delete;
  OneClient& operator=(const OneClient&) = delete;
  ~OneClient() { ::close(client_); }

  void send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(client_, bytes.data(), bytes.size(), MSG_DONTWAIT);
      if (sent > 0) bytes.remove_prefix(static_cast<std::size_t>(sent));
      turn();
    }
  }
  // One iteration; what the client gets is thrown away.
  void turn() {
    loop_.run_once(std::chrono::milliseconds(0));
    while (::recv(client_, buffer_.data(), buffer_.size(), MSG_DONTWAIT) > 0) {
    }
  }
  SocketServer& server() { return server_; }

 private:
  static Options options() {
    Options options;
    options.ping_timeout_disabled = true;
    return options;
  }

  base::NullLog log_;
  base::SystemRandom random_;
  SocketServer server_{loop_, options(), log_, random_, engine(random_)};
  Upgrades upgrades_{server_};
  http::HttpService service_{upgrades_, {}};
  std::array<char, 65536> buffer_;
  net::EventLoop loop_;
  int client_ = -1;
};

void emit_line(benchmark::State& state, const Server::SocketEventHandler& handler,
               std::string_view packet) {
  constexpr int kEvents = 1000;
  std::uint64_t seen = 0;
  OneClient one;
  for (std::int64_t i = 0; i < state.range(0); ++i) {
    one.server().api().use(Line::kEmit, [](EmitRequest&, const Next& next) { next(); });
  }
  one.server().api().on("count",
                        [&seen, &handler](Socket& socket, const Json& data, Respond respond) {
                          ++seen;
                          if (handler) handler(socket, data, std::move(respond));
                        });
  std::string burst;
  for (int i = 0; i < kEvents; ++i) burst += client_frame(packet);
  std::uint64_t sent = 0;
  for (auto _ : state) {
    one.send(burst);
    sent += kEvents;
    while (seen < sent) one.turn();
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(sent));
  state.counters["per_item"] = benchmark::Counter(
      static_cast<double>(sent) / 1e9, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

void event(benchmark::State& state) {
  emit_line(state, nullptr, R"({"event":"count","data":{"a":2}})");
}
BENCHMARK(event)->DenseRange(0, 3)->Arg(8);

void rpc(benchmark::State& state) {
  const Server::SocketEventHandler answer = [](Socket&, const Json& data, const Respond& respond) {
    respond(data);
  };
  emit_line(state, answer, R"({"event":"count","data":{"a":2},"cid":7})");
}
BENCHMARK(rpc)->Arg(0)->Arg(1);

void rpc_coroutine(benchmark::State& state) {
  const Server::SocketEventHandler answer = [](Socket&, const Json& data,
                                               const Respond& respond) -> Task {
    respond(data);
    co_return;
  };
  emit_line(state, answer, R"({"event":"count","data":{"a":2},"cid":7})");
}
BENCHMARK(rpc_coroutine)->Arg(0);

void publish_out(benchmark::State& state) {
  constexpr int kMessages = 1000;
  OneClient one;
  for (std::int64_t i = 0; i < state.range(0); ++i) {
    one.server().api().use(Line::kPublishOut, [](PublishOutRequest&, const Next& next) { next(); });
  }
  one.send(client_frame(R"({"event":"#subscribe","data":{"channel":"news"},"cid":2})"));
  for (int i = 0; i < 10; ++i) one.turn();
  if (one.server().clients_count() != 1) return state.SkipWithError("no client");
  std::uint64_t sent = 0;
  for (auto _ : state) {
    for (int i = 0; i < kMessages; ++i)
      one.server().publish_here("news", R"("news")", R"({"a":2})");
    one.turn();
    sent += kMessages;
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(sent));
  state.counters["per_item"] = benchmark::Counter(
      static_cast<double>(sent) / 1e9, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}
BENCHMARK(publish_out)->Arg(0)->Arg(1)->Arg(2);

}  // namespace
}  // namespace socketcluster::server
