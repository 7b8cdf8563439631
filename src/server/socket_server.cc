// SPDX-License-Identifier: MIT
#include "server/socket_server.h"

#include <algorithm>
#include <array>
#include <exception>
#include <span>
#include <utility>

#include "base/assert.h"
#include "http/request.h"
#include "http/response.h"
#include "json/text.h"
#include "protocol/writer.h"
#include "server/client_socket.h"
#include "server/http_request_data.h"
#include "server/json_values.h"
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

// v1 pings pass through the codec, v2 pings do not (protocol section 11).
SocketServer::PingFrames make_ping_frames(const Codec* codec) {
  SocketServer::PingFrames frames;
  std::string v1 = "#1";
  if (codec != nullptr) codec->encode("#1", v1);
  frames.v1 =
      websocket::make_frame(codec != nullptr && codec->is_binary() ? websocket::Opcode::kBinary
                                                                   : websocket::Opcode::kText,
                            v1);
  frames.v2 = websocket::make_frame(websocket::Opcode::kText, "");
  frames.both =
      base::SharedBytes::copy_of(std::string(frames.v1.view()) + std::string(frames.v2.view()));
  return frames;
}

}  // namespace

SocketServer::SocketServer(net::EventLoop& loop, const Options& options, base::Log& log,
                           base::RandomSource& random,
                           std::unique_ptr<auth::AuthEngine> auth_engine)
    : loop_(loop),
      options_(options),
      forwarding_(Forwarding::from(options)),
      log_(std::make_shared<WorkerLog>(log,
                                       [this](const std::string& text) { user_code_threw(text); })),
      ids_(random),
      origins_(options.origins),
      scan_limits_{.max_depth = options.max_json_depth,
                   .max_batch_elements = options.max_batch_size},
      output_limits_{.soft_bytes = options.outbound_soft_limit,
                     .hard_bytes = options.outbound_hard_limit},
      deflate_(deflate_options(options.per_message_deflate)),
      ping_frames_(make_ping_frames(nullptr)),
      channels_(random_key(random)),
      auth_engine_(std::move(auth_engine)),
      api_(*this) {}

SocketServer::~SocketServer() {
  SC_ASSERT(pending_.empty() && clients_.empty());
  log_->worker_ended();
}

// A user's handler must not end the worker.
template <typename Handler, typename... Args>
void SocketServer::tell(const Handler& handler, Args&&... args) {
  // It may replace itself.
  const Handler copy = handler;  // NOLINT(performance-unnecessary-copy-initialization)
  if (!copy) return;
  try {
    copy(std::forward<Args>(args)...);
  } catch (const std::exception& error) {
    log_->user_code_threw(std::string("a server event handler threw: ") + error.what());
  } catch (...) {
    log_->user_code_threw("a server event handler threw: unknown exception");
  }
}

// ---- Upgrade (protocol section 1) ----

void SocketServer::refuse(http::Exchange& exchange, int status, std::string body,
                          std::string_view header) {
  http::Response response(status, std::move(body));
  response.with("Content-Type", "text/html").with_close();
  if (const auto colon = header.find(':'); colon != std::string_view::npos) {
    response.with(header.substr(0, colon), header.substr(colon + 2));
  }
  exchange.respond(std::move(response));
}

class SocketServer::HandshakeWsRun final : public LineRun<HandshakeWsRequest> {
 public:
  HandshakeWsRun(SocketServer& server, http::Exchange exchange, const websocket::Upgrade& upgrade,
                 const HttpRequest& request)
      : LineRun("handshakeWS", server.log(), server.middleware_.handshake_ws, request),
        server_(server),
        exchange_(std::move(exchange)),
        upgrade_(upgrade) {}

 private:
  void finish(const Verdict& verdict) override {
    if (!exchange_.is_open()) return;
    if (verdict.is_allowed) {
      server_.open_socket(exchange_, upgrade_, http());
    } else {
      server_.refuse_blocked(exchange_, verdict);
    }
  }

  SocketServer& server_;
  http::Exchange exchange_;
  websocket::Upgrade upgrade_;
};

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
  if (!keeps_requests()) {
    std::string peer;  // not asked for in vain: it takes a system call
    if (forwarding_.has_trusted()) peer = exchange.connection().remote_address();
    return open_socket(exchange, upgrade, {}, forwarded_address(request, peer));
  }
  std::string peer = exchange.connection().remote_address();
  std::string client = forwarding_.client_of(request, peer);
  HttpRequest kept = make_http_request(request, std::move(peer), std::move(client),
                                       tls::Peer::of(exchange.connection()));
  if (middleware_.handshake_ws.is_empty()) return open_socket(exchange, upgrade, std::move(kept));
  MiddlewareRun::start(new HandshakeWsRun(*this, std::move(exchange), upgrade, kept));
}

// Where user code meets a socket as it comes, it may want to know how it came. Nobody else pays for
// a request, which takes more memory than all the rest of a connection.
bool SocketServer::keeps_requests() const {
  return connection_handler_ != nullptr || handlers_.handshake ||
         !middleware_.handshake_ws.is_empty() || !middleware_.handshake_sc.is_empty();
}

// Without any of them nobody asks, and a plain pub/sub server keeps no state per connection.
bool SocketServer::has_code_for_sockets() {
  bool has_middleware = false;
  middleware_.for_each([&](const auto& line) { has_middleware |= !line.is_empty(); });
  return has_middleware || connection_handler_ != nullptr || !event_handlers_.empty() ||
         handlers_.meet_sockets();
}

// Of a socket whose request is not kept.
std::string SocketServer::forwarded_address(const http::Request& request, const std::string& peer) {
  const bool may_be_told = forwarding_.has_trusted() || request.header("X-Forwarded-For");
  return may_be_told && has_code_for_sockets() ? forwarding_.client_of(request, peer)
                                               : std::string();
}

void SocketServer::refuse_blocked(http::Exchange& exchange, const Verdict& verdict) {
  report_blocked(verdict, "handshakeWS");
  std::string text = "Action was silently blocked by handshakeWS middleware";
  if (options_.protocol_version == ProtocolVersion::kV2) {
    text = "The handshakeWS AGAction was blocked by handshake middleware";
  }
  if (!verdict.is_silent && verdict.error) text = verdict.error->message();
  refuse(exchange, 401, std::move(text), {});
}

void SocketServer::open_socket(http::Exchange& exchange, const websocket::Upgrade& upgrade,
                               std::optional<HttpRequest> request, std::string forwarded_address) {
  auto taken = exchange.take_over();
  if (!taken) return;  // the client is gone
  std::string response;
  websocket::append_upgrade_response(response, upgrade);
  taken->connection->write_copy(response);
  ++traffic_.connections;
  auto* socket = new ClientSocket(*this, ids_.next());  // owns itself from attach() on
  socket->attach(*taken->connection, upgrade.deflate, deflate_);
  socket->start();
  if (request) socket->state().set_request(std::move(*request));
  if (!forwarded_address.empty()) {
    socket->state().set_forwarded_address(std::move(forwarded_address));
  }
  if (handlers_.handshake) {
    loop_.defer([this, keep = StateRef(socket->state())] {
      if (keep->live() != nullptr) tell(handlers_.handshake, keep->handle());
    });
  }
  if (!taken->rest.empty()) socket->receive(taken->rest);
}

// ---- Sockets ----

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

void SocketServer::close_some(std::size_t count, std::uint16_t code, std::string_view reason) {
  for (std::vector<ClientSocket*>* list : {&clients_, &pending_}) {
    const std::size_t taken = std::min(count, list->size());
    const std::vector<ClientSocket*> sockets(list->end() - static_cast<std::ptrdiff_t>(taken),
                                             list->end());
    for (ClientSocket* socket : sockets) socket->disconnect(code, reason);
    count -= taken;
  }
}

// ---- Channels ----

// The complete frame is made once; subscribers only queue references to it.
base::SharedBytes SocketServer::publication_frame(std::string_view channel_json,
                                                  std::string_view data_json) {
  const std::size_t size = protocol::publish_size(channel_json, data_json);
  if (codec_ != nullptr) {
    std::string packet(size, '\0');
    protocol::write_publish(packet.data(), channel_json, data_json);
    std::string encoded;
    if (!codec_->encode(packet, encoded)) return {};
    return websocket::make_frame(opcode(), encoded);
  }
  const std::size_t header = websocket::header_size(size);
  base::SharedBytes frame = base::SharedBytes::allocate(header + size);
  char* out = frame.mutable_data();
  websocket::encode_header(out, websocket::Opcode::kText, size);
  protocol::write_publish(out + header, channel_json, data_json);
  return frame;
}

void SocketServer::publish_here(std::string_view channel, std::string_view channel_json,
                                std::string_view data_json) {
  const broker::Publication publication{
      .channel = channel, .frame = publication_frame(channel_json, data_json), .data = data_json};
  channels_.publish(publication);
  if (collected_.empty()) return;
  for (const StateRef& state : std::exchange(collected_, {})) {
    if (state->live() != nullptr) state->live()->send_through_middleware(publication);
  }
}

void SocketServer::collect(ClientSocket& socket) {
  collected_.emplace_back(socket.state());
}

void SocketServer::set_codec(std::unique_ptr<Codec> codec) {
  ping_frames_ = make_ping_frames(codec.get());
  codec_.reset();
  if (codec == nullptr) return;
  codec_ = std::make_unique<CodecBoundary>(
      loop_, *log_, [this](const std::string& text) { warn(text); }, std::move(codec));
}

// ---- What the application is told ----

// The old one may be on the stack below this call: middleware runs inside of its verify().
void SocketServer::set_auth_engine(std::unique_ptr<auth::AuthEngine> engine) {
  loop_.defer([old = std::exchange(auth_engine_, std::move(engine))] {});
}

void SocketServer::warn(const std::string& text) {
  log_->warning(text);
  if (!handlers_.warning) return;
  loop_.defer([this, text] {
    is_telling_warning_ = true;
    tell(handlers_.warning, text);
    is_telling_warning_ = false;
  });
}

// What the handler of warnings throws is not told to it, or it would go on for ever.
void SocketServer::user_code_threw(const std::string& text) {
  is_telling_warning_ ? log_->warning(text) : warn(text);
  if (!options_.crash_worker_on_error || has_crashed_) return;
  has_crashed_ = true;
  log_->error("an exception left a handler, and crashWorkerOnError is set: the worker ends");
  loop_.stop();  // behind this iteration, at whose end answers are sent
}

void SocketServer::report_blocked(const Verdict& verdict, const char* line) {
  if (verdict.is_silent || !verdict.error || !options_.middleware_emit_warnings) return;
  warn(std::string(line) + " middleware blocked an action: " + to_text(verdict.error->json()));
}

void SocketServer::report_end(ClientSocket& socket, int code, std::string_view reason) {
  const auto special = socket.is_ready() ? &Handlers::disconnection : &Handlers::connection_abort;
  if (!(handlers_.*special) && !handlers_.closure) return;
  loop_.defer([this, special, keep = StateRef(socket.state()), code, reason = std::string(reason)] {
    tell(handlers_.*special, keep->handle(), code, reason);
    tell(handlers_.closure, keep->handle(), code, reason);
  });
}

void SocketServer::report_subscription(ClientSocket& socket, std::string_view channel,
                                       std::string_view data_json) {
  if (!handlers_.subscription && !(socket.has_state() && socket.state().hears_subscriptions())) {
    return;
  }
  loop_.defer([this, keep = StateRef(socket.state()), channel = std::string(channel),
               data = std::string(data_json)] {
    keep->report_subscription(channel, data);
    tell(handlers_.subscription, keep->handle(), channel);
  });
}

bool SocketServer::hears_unsubscriptions(ClientSocket& socket) const {
  return handlers_.unsubscription || (socket.has_state() && socket.state().hears_subscriptions());
}

void SocketServer::report_unsubscription(ClientSocket& socket, std::string_view channel) {
  if (!hears_unsubscriptions(socket)) return;
  loop_.defer([this, keep = StateRef(socket.state()), channel = std::string(channel)] {
    keep->report_unsubscription(channel);
    tell(handlers_.unsubscription, keep->handle(), channel);
  });
}

void SocketServer::report_token(SocketState& state, bool is_gained, const Json& token) {
  loop_.defer([this, keep = StateRef(state), is_gained, token] {
    keep->report_token(is_gained, token);
    tell(is_gained ? handlers_.authentication : handlers_.deauthentication, keep->handle(), token);
  });
}

void SocketServer::report_bad_token(ClientSocket& socket, const std::string& error_json,
                                    const std::string& token) {
  if (!handlers_.bad_auth_token) return;
  loop_.defer([this, keep = StateRef(socket.state()), error_json, token] {
    const Error error = Error::from_json(parse_json(error_json).value_or(Json()));
    tell(handlers_.bad_auth_token, keep->handle(), error, token);
  });
}

// ---- Handlers of the application ----

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

std::any& SocketServer::discarded_user_data() {
  // Its destruction may be user code that comes here again.
  const std::any dropped = std::exchange(discarded_user_data_, {});
  return discarded_user_data_;
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
