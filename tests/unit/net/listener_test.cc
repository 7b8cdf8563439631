// SPDX-License-Identifier: MIT
#include "net/listener.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "net/connection.h"

namespace socketcluster::net {
namespace {

using std::chrono::milliseconds;

class CollectingLog final : public base::Log {
 public:
  void write(base::LogLevel /*level*/, std::string_view text) override { lines.emplace_back(text); }
  std::vector<std::string> lines;
};

struct Ignore final : ConnectionHandler {
  void on_bytes(std::span<char> /*bytes*/) override {}
  void on_closed() override { delete this; }
};

int connect_to(std::uint16_t port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0) return fd;
  ::close(fd);
  return -1;
}

std::uint16_t port_of(const sockaddr_storage& address) {
  if (address.ss_family == AF_INET6) {
    return reinterpret_cast<const sockaddr_in6&>(address).sin6_port;
  }
  return address.ss_family == AF_INET ? reinterpret_cast<const sockaddr_in&>(address).sin_port : 0;
}

std::uint16_t local_port(int fd) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  return ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0 ? port_of(address)
                                                                              : 0;
}

std::uint16_t peer_port(int fd) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  return ::getpeername(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0 ? port_of(address)
                                                                              : 0;
}

TEST(Listener, AcceptsOnAFreePortOfAGivenHost) {
  EventLoop loop;
  CollectingLog log;
  std::string remote;
  auto listener = Listener::open(loop, {.host = "127.0.0.1"}, log, [&](Connection& connection) {
    connection.set_handler(*new Ignore);
    remote = connection.remote_address();
  });
  ASSERT_TRUE(listener);
  ASSERT_NE((*listener)->port(), 0);
  const int client = connect_to((*listener)->port());
  ASSERT_GE(client, 0);
  loop.run_once(milliseconds(1000));
  EXPECT_EQ(remote, "127.0.0.1");
  ::close(client);
}

// Set on the listening socket alone; Linux lets accepted ones inherit it.
TEST(Listener, AcceptedConnectionsSendWithoutDelay) {
  EventLoop loop;
  CollectingLog log;
  auto listener = Listener::open(
      loop, {}, log, [](Connection& connection) { connection.set_handler(*new Ignore); });
  ASSERT_TRUE(listener);
  const int client = connect_to((*listener)->port());
  ASSERT_GE(client, 0);
  loop.run_once(milliseconds(1000));
  ASSERT_EQ(loop.connection_count(), 1u);
  int accepted = -1;  // the descriptor that has the client as its peer
  for (int fd = 0; fd < 1024; ++fd) {
    if (fd != client && peer_port(fd) == local_port(client)) accepted = fd;
  }
  ASSERT_GE(accepted, 0);
  int is_set = 0;
  socklen_t size = sizeof is_set;
  ASSERT_EQ(::getsockopt(accepted, IPPROTO_TCP, TCP_NODELAY, &is_set, &size), 0);
  EXPECT_NE(is_set, 0);
  ::close(client);
}

TEST(Listener, ListensOnBothFamiliesWithoutAHost) {
  EventLoop loop;
  CollectingLog log;
  int accepted = 0;
  auto listener = Listener::open(loop, {}, log, [&](Connection& connection) {
    connection.set_handler(*new Ignore);
    ++accepted;
  });
  ASSERT_TRUE(listener);
  const int client = connect_to((*listener)->port());
  ASSERT_GE(client, 0);
  loop.run_once(milliseconds(1000));
  EXPECT_EQ(accepted, 1);
  ::close(client);
}

TEST(Listener, NamesThePortThatIsInUse) {
  EventLoop loop;
  CollectingLog log;
  auto first = Listener::open(loop, {.host = "127.0.0.1"}, log, [](Connection&) {});
  ASSERT_TRUE(first);
  const std::uint16_t port = (*first)->port();
  auto second = Listener::open(loop, {.host = "127.0.0.1", .port = port}, log, [](Connection&) {});
  ASSERT_FALSE(second);
  EXPECT_NE(second.error().text.find(std::to_string(port)), std::string::npos);
  EXPECT_NE(second.error().text.find("in use"), std::string::npos);
}

TEST(Listener, RefusesAHostThatDoesNotResolve) {
  EventLoop loop;
  CollectingLog log;
  auto listener = Listener::open(loop, {.host = "256.1.1.1"}, log, [](Connection&) {});
  ASSERT_FALSE(listener);
  EXPECT_NE(listener.error().text.find("256.1.1.1"), std::string::npos);
}

TEST(Listener, RefusesConnectsAfterClose) {
  EventLoop loop;
  CollectingLog log;
  auto listener = Listener::open(loop, {.host = "127.0.0.1"}, log, [](Connection&) {});
  ASSERT_TRUE(listener);
  const std::uint16_t port = (*listener)->port();
  (*listener)->close();
  EXPECT_LT(connect_to(port), 0);
}

// Without descriptors a client must learn at once that it was refused, and once descriptors are
// free again everything goes on.
TEST(Listener, SurvivesDescriptorExhaustion) {
  EventLoop loop;
  CollectingLog log;
  int accepted = 0;
  auto listener = Listener::open(loop, {.host = "127.0.0.1"}, log, [&](Connection& connection) {
    connection.set_handler(*new Ignore);
    ++accepted;
  });
  ASSERT_TRUE(listener);
  const int refused = connect_to((*listener)->port());
  ASSERT_GE(refused, 0);
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  const int highest = ::dup(refused);
  const rlimit none{static_cast<rlim_t>(highest), before.rlim_max};
  ::close(highest);
  // Every number below the limit is taken now, so accept() fails with EMFILE.
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
  loop.run_once(milliseconds(1000));
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
  EXPECT_EQ(accepted, 0);
  char byte = 0;
  EXPECT_LE(::recv(refused, &byte, 1, 0), 0);  // closed, not hanging
  ASSERT_EQ(log.lines.size(), 1u);
  EXPECT_NE(log.lines[0].find("ulimit"), std::string::npos);
  ::close(refused);
  const int served = connect_to((*listener)->port());
  loop.run_once(milliseconds(1000));
  EXPECT_EQ(accepted, 1);
  ::close(served);
}

TEST(Listener, RefusesAboveItsConnectionLimit) {
  EventLoop loop;
  CollectingLog log;
  auto listener = Listener::open(loop, {.host = "127.0.0.1"}, log, [&](Connection& connection) {
    connection.set_handler(*new Ignore);
  });
  ASSERT_TRUE(listener);
  (*listener)->set_connection_limit(2);
  std::vector<int> clients;
  for (int i = 0; i < 3; ++i) {
    clients.push_back(connect_to((*listener)->port()));
    loop.run_once(milliseconds(1000));
  }
  EXPECT_EQ(loop.connection_count(), 2u);
  char byte = 0;
  EXPECT_LE(::recv(clients[2], &byte, 1, 0), 0);
  for (const int client : clients) ::close(client);
}

}  // namespace
}  // namespace socketcluster::net
