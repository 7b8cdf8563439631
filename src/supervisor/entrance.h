// SPDX-License-Identifier: MIT
// Where clients come in: the listening sockets of an instance, and who accepts on them.
//
//   rr, several workers   the master accepts and deals (connection_dealer.h)
//   rr, one worker        the worker accepts on the master's socket
//   none                  each worker accepts on a socket of its own with the same port
//                         (SO_REUSEPORT); the kernel spreads connections over them
//   none, UNIX socket     all workers accept on the one that has the path
//
// The port of `httpRedirectPort` is one socket that all workers accept on: what comes there is one
// small answer, which need not be spread evenly.
//
// The master owns every socket, so what connects while a worker is started again waits in the
// kernel's queue, and the port stays taken. Thread rule: loop thread only.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include <socketcluster/options.h>

#include "base/log.h"
#include "base/result.h"
#include "net/acceptor.h"
#include "net/event_loop.h"
#include "net/unix_socket.h"
#include "supervisor/connection_dealer.h"

namespace socketcluster::supervisor {

class Entrance {
 public:
  // `loop` and `log` must outlive it. `max_copies`: see ConnectionDealer.
  Entrance(net::EventLoop& loop, base::Log& log, std::size_t max_copies)
      : loop_(loop), log_(log), dealer_(max_copies) {}
  Entrance(const Entrance&) = delete;
  Entrance& operator=(const Entrance&) = delete;
  ~Entrance();

  // Listens. The failure is one line that says why it cannot.
  base::Status open(const Options& options);
  // The port that is really listened on; 0 for a UNIX socket.
  std::uint16_t port() const { return port_; }
  // Connections are dealt to workers.
  bool deals() const { return acceptor_ != nullptr; }
  // The socket on which this worker accepts itself; -1: it does not.
  int listen_fd(std::uint32_t worker) const;
  // The socket of `httpRedirectPort`, for every worker; -1: there is none.
  int redirect_fd() const { return redirect_fd_; }

  // The worker serves, gets nothing new, has ended. Only when it deals.
  void add(ConnectionDealer::Seat& seat);
  void rest(ConnectionDealer::Seat& seat);
  void remove(ConnectionDealer::Seat& seat);
  ConnectionDealer& dealer() { return dealer_; }

  // Connects are refused once the workers have closed theirs, too.
  void close();

 private:
  base::Status open_main(const Options& options);
  base::Status open_shared(const Options& options);
  base::Status open_redirect(const Options& options);
  void accept_if_possible();

  net::EventLoop& loop_;
  base::Log& log_;
  ConnectionDealer dealer_;
  std::unique_ptr<net::Acceptor> acceptor_;
  std::vector<int> sockets_;  // of workers that accept themselves
  net::SocketFile file_;      // of a UNIX socket
  std::uint16_t port_ = 0;
  int redirect_fd_ = -1;
};

}  // namespace socketcluster::supervisor
