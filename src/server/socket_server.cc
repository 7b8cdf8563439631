// SPDX-License-Identifier: MIT
#include "server/socket_server.h"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "base/assert.h"
#include "http/request.h"
#include "http/response.h"
#include "json/text.h"
#include "protocol/writer.h"
#include "server/client_socket.h"
#include "server/exchange_subscriber.h"
#include "server/socket_state.h"
#include "websocket/frame.h"
#include "websocket/handshake.h"

namespace socketcluster::server {
namespace {

base::SipKey random_key(base::RandomSource& random) {
  std::array<std::uint8_t, 16> bytes{};
  random.fill(bytes);
  base::SipKey key;
  for (std::size_t i = 0; i < 8; ++i) {
    key.low = key.low << 8 | bytes[i];
    key.high = key.high << 8 | bytes[i + 8];
  }
  return key;
}

websocket::DeflateOptions deflate_options(const PerMessageDeflateOptions& options) {
  return {.enabled = options.enabled,
          .server_no_context_takeover = options.server_no_context_takeover,
          .client_no_context_takeover = options.client_no_context_takeover,
          .server_max_window_bits = static_cast<int>(options.server_max_window_bits),
          .client_max_window_bits = static_cast<int>(options.client_max_window_bits),
          .memory_level = static_cast<int>(options.mem_level),
          .compression_level = static_cast<int>(options.level),
          .threshold_bytes = options.threshold};
}

SocketServer::PingFrames make_ping_frames() {
  SocketServer::PingFrames frames;
  frames.v1 = websocket::make_frame(websocket::Opcode::kText, "#1");
  frames.v2 = websocket::make_frame(websocket::Opcode::kText, "");
  frames.both =
      base::SharedBytes::copy_of(std::string(frames.v1.view()) + std::string(frames.v2.view()));
  return frames;
}

}  // namespace

SocketServer::SocketServer(net::EventLoop& loop, const Options& options, base::Log& log,
                           base::RandomSource& random)
    : loop_(loop),
      options_(options),
      log_(log),
      ids_(random),
      origins_(options.origins),
      scan_limits_{.max_depth = options.max_json_depth,
                   .max_batch_elements = options.max_batch_size},
      output_limits_{.soft_bytes = options.outbound_soft_limit,
                     .hard_bytes = options.outbound_hard_limit},
      deflate_(deflate_options(options.per_message_deflate)),
      ping_frames_(make_ping_frames()),
      channels_(random_key(random)),
      exchange_api_(*this),
      api_(*this) {}

SocketServer::~SocketServer() {
  const auto subscribers = std::exchange(exchange_subscribers_, {});
  for (const auto& [channel, subscriber] : subscribers) channels_.unsubscribe_all(*subscriber);
  SC_ASSERT(pending_.empty() && clients_.empty());
}

// ---- Upgrade (protocol section 1)
// ----------------------------------------------------------------

void SocketServer::refuse(http::Exchange& exchange, int status, std::string body,
                          std::string_view header) {
  http::Response response(status, std::move(body));
  response.with("Content-Type", "text/html").with_close();
  if (const auto colon = header.find(':'); colon != std::string_view::npos) {
    response.with(header.substr(0, colon), header.substr(colon + 2));
  }
  exchange.respond(std::move(response));
}

void SocketServer::accept_upgrade(const http::Request& request, http::Exchange exchange) {
  websocket::UpgradeRequest offered(request.method(),
                                    request.version() == http::Version::kHttp11 ? 11 : 10);
  for (std::size_t i = 0; i < request.field_count(); ++i) {
    offered.add_header(request.field(i).name, request.field(i).value);
  }
  const bool right_path = request.raw_path() == options_.path;
  if (!right_path) return refuse(exchange, 400, "Bad Request", {});
  const websocket::Upgrade upgrade = websocket::check_upgrade(offered, deflate_.options());
  if (!upgrade.is_accepted()) {
    return refuse(exchange, upgrade.status, std::string(upgrade.body), upgrade.refusal_header);
  }
  auto origin = request.header("Origin");
  if (!origin) origin = request.header("Sec-WebSocket-Origin");
  if (!origins_.admits(origin)) {
    return refuse(exchange, 403, protocol::OriginPolicy::refusal_text(origin), {});
  }
  if (options_.max_pending_handshakes != 0 && pending_.size() >= options_.max_pending_handshakes) {
    return refuse(exchange, 503, "Too many connections wait for their handshake", "Retry-After: 1");
  }
  // On a connection that was there before the listener closed.
  if (is_ending_) return refuse(exchange, 503, "Server is shutting down", {});
  open_socket(exchange, upgrade);
}

void SocketServer::open_socket(http::Exchange& exchange, const websocket::Upgrade& upgrade) {
  auto taken = exchange.take_over();
  if (!taken) return;  // the client is gone
  std::string response;
  websocket::append_upgrade_response(response, upgrade);
  taken->connection->write_copy(response);
  auto* socket = new ClientSocket(*this, ids_.next());  // owns itself from attach() on
  socket->attach(*taken->connection, upgrade.deflate, deflate_);
  socket->start();
  if (!taken->rest.empty()) socket->receive(taken->rest);
}

// ---- Sockets
// ---------------------------------------------------------------------------------------

void SocketServer::add_pending(ClientSocket& socket) {
  socket.index_ = static_cast<std::uint32_t>(pending_.size());
  pending_.push_back(&socket);
}

void SocketServer::promote(ClientSocket& socket) {
  erase_at(pending_, socket.index_);
  socket.index_ = static_cast<std::uint32_t>(clients_.size());
  clients_.push_back(&socket);
}

void SocketServer::remove(ClientSocket& socket) {
  erase_at(socket.is_ready() ? clients_ : pending_, socket.index_);
}

void SocketServer::erase_at(std::vector<ClientSocket*>& list, std::uint32_t index) {
  list[index] = list.back();
  list[index]->index_ = index;
  list.pop_back();
}

void SocketServer::close_all(std::uint16_t code, std::string_view reason) {
  is_ending_ = true;
  for (std::vector<ClientSocket*>* list : {&clients_, &pending_}) {
    const std::vector<ClientSocket*> sockets = *list;  // closing changes the list
    for (ClientSocket* socket : sockets) socket->disconnect(code, reason);
  }
}

// ---- Channels
// --------------------------------------------------------------------------------------

// The complete frame is made here, once; subscribers only queue references to it.
void SocketServer::publish(std::string_view channel, std::string_view channel_json,
                           std::string_view data_json) {
  const std::size_t size = protocol::publish_size(channel_json, data_json);
  const std::size_t header = websocket::header_size(size);
  broker::Publication publication{
      .channel = channel, .frame = base::SharedBytes::allocate(header + size), .data = data_json};
  char* out = publication.frame.mutable_data();
  websocket::encode_header(out, websocket::Opcode::kText, size);
  protocol::write_publish(out + header, channel_json, data_json);
  channels_.publish(publication);
}

void SocketServer::subscribe_exchange(std::string_view channel, Exchange::Handler handler) {
  auto found = exchange_subscribers_.find(channel);
  if (found == exchange_subscribers_.end()) {
    found = exchange_subscribers_
                .emplace(std::string(channel), std::make_unique<ExchangeSubscriber>(loop_, log_))
                .first;
    channels_.subscribe(*found->second, channel);
  }
  found->second->set_handler(std::move(handler));
}

void SocketServer::unsubscribe_exchange(std::string_view channel) {
  const auto found = exchange_subscribers_.find(channel);
  if (found == exchange_subscribers_.end()) return;
  // Out of the map first: what its handler has captured may unsubscribe others when it is
  // destroyed.
  const auto removed = exchange_subscribers_.extract(found);
  channels_.unsubscribe_all(*removed.mapped());
}

bool SocketServer::is_exchange_subscribed(std::string_view channel) const {
  return exchange_subscribers_.contains(channel);
}

// ---- Handlers of the application
// -------------------------------------------------------------------

void SocketServer::set_connection_handler(Server::ConnectionHandler handler) {
  connection_handler_ = std::make_shared<const Server::ConnectionHandler>(std::move(handler));
}

void SocketServer::set_event_handler(std::string_view event, Server::SocketEventHandler handler) {
  event_handlers_[std::string(event)] =
      std::make_shared<const Server::SocketEventHandler>(std::move(handler));
}

std::shared_ptr<const Server::SocketEventHandler> SocketServer::event_handler(
    std::string_view event) const {
  const auto found = event_handlers_.find(event);
  return found == event_handlers_.end() ? nullptr : found->second;
}

void SocketServer::report_connection(ClientSocket& socket) {
  if (connection_handler_ == nullptr || !socket.is_open()) return;
  const auto handler = connection_handler_;  // it may replace itself
  socket.state().run_connection_handler(*handler);
}

void SocketServer::for_each_client(const std::function<void(Socket&)>& visit) {
  std::vector<StateRef> states;  // clients_ changes when a visit closes one
  states.reserve(clients_.size());
  for (ClientSocket* socket : clients_) states.emplace_back(socket->state());
  for (const StateRef& state : states) {
    if (state->live() != nullptr) visit(state->handle());
  }
}

}  // namespace socketcluster::server
