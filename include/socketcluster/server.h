// SPDX-License-Identifier: MIT
// Server: the sockets of one worker. See socket.h for what handlers may do and when they run.
//
// Thread rule: the worker's loop thread only. Lifetime: as long as its worker.
#pragma once

#include <cstddef>
#include <functional>
#include <string_view>

#include <socketcluster/exchange.h>
#include <socketcluster/json.h>
#include <socketcluster/socket.h>

namespace socketcluster {

class Server {
 public:
  using ConnectionHandler = std::function<void(Socket& socket)>;
  using SocketEventHandler = std::function<void(Socket& socket, const Json& data, Respond respond)>;

  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Called for each client when its handshake is complete. Replaces an earlier handler.
  void on_connection(ConnectionHandler handler);
  // Handles `event` of every client that has no handler of its own for it: one handler for all
  // instead of one per socket. Replaces an earlier one.
  void on(std::string_view event, SocketEventHandler handler);

  Exchange& exchange();

  // Clients with a complete handshake, and connections that have not got there yet.
  std::size_t clients_count() const;
  std::size_t pending_clients_count() const;
  // Calls `visit` for each of the former. It may close any of them; those that connect meanwhile
  // are not visited.
  void for_each_client(const std::function<void(Socket& socket)>& visit);

 private:
  friend class server::SocketServer;
  explicit Server(server::SocketServer& core) : core_(core) {}
  ~Server() = default;
  server::SocketServer& core_;
};

}  // namespace socketcluster
