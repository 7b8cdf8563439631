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
#include "unit/base/recording_log.h"

namespace socketcluster::net {
namespace {

using std::chrono::milliseconds;

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
    return ntohs(reinterpret_cast<const sockaddr_in6&>(address).sin6_port);
  }
  return address.ss_family == AF_INET
             ? ntohs(reinterpret_cast<const sockaddr_in&>(address).sin_port)
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
  test::RecordingLog log;
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
  test::RecordingLog log;
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
  test::RecordingLog log;
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

TEST(ListeningSocket, TakesBothFamiliesOnTheIpv6Wildcard) {
  const auto fd = open_listening_socket({.host = "::"});
  if (!fd) GTEST_SKIP() << fd.error().text;        // a kernel without IPv6
  const int client = connect_to(local_port(*fd));  // over IPv4
  EXPECT_GE(client, 0);
  ::close(client);
  ::close(*fd);
}

TEST(ListeningSocket, TakesAnIpv6AddressAsInAUrl) {
  const auto plain = open_listening_socket({.host = "::1"});
  if (!plain) GTEST_SKIP() << plain.error().text;  // a kernel without IPv6
  const auto fd = open_listening_socket({.host = "[::1]"});
  ASSERT_TRUE(fd);
  EXPECT_NE(local_port(*fd), 0);
  EXPECT_LT(connect_to(local_port(*fd)), 0);  // not IPv4
  ::close(*plain);
  ::close(*fd);
}

TEST(ListeningSocket, TakesAHostName) {
  const auto fd = open_listening_socket({.host = "localhost"});
  ASSERT_TRUE(fd);
  EXPECT_NE(local_port(*fd), 0);
  ::close(*fd);
}

// The kernel tells of a listening socket in tcpi_sacked how many may wait.
TEST(ListeningSocket, LetsAsManyWaitAsItIsTold) {
  const auto fd = open_listening_socket({.host = "127.0.0.1", .backlog = 7});
  ASSERT_TRUE(fd);
  tcp_info info{};
  socklen_t size = sizeof info;
  ASSERT_EQ(::getsockopt(*fd, IPPROTO_TCP, TCP_INFO, &info, &size), 0);
  EXPECT_EQ(info.tcpi_sacked, 7U);
  ::close(*fd);
}

TEST(Listener, NamesThePortThatIsInUse) {
  EventLoop loop;
  test::RecordingLog log;
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
  test::RecordingLog log;
  auto listener = Listener::open(loop, {.host = "256.1.1.1"}, log, [](Connection&) {});
  ASSERT_FALSE(listener);
  EXPECT_NE(listener.error().text.find("256.1.1.1"), std::string::npos);
}

TEST(Listener, RefusesConnectsAfterClose) {
  EventLoop loop;
  test::RecordingLog log;
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
  test::RecordingLog log;
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
  test::RecordingLog log;
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

TEST(Listener, SharesASocketWithAnother) {
  EventLoop first_loop, second_loop;
  test::RecordingLog log;
  const auto fd = open_listening_socket({.host = "127.0.0.1"});
  ASSERT_TRUE(fd);
  const int copy = ::dup(*fd);
  int first_count = 0, second_count = 0;
  const auto first = Listener::take(first_loop, *fd, log, [&](Connection& connection) {
    connection.set_handler(*new Ignore);
    ++first_count;
  });
  const auto second = Listener::take(second_loop, copy, log, [&](Connection& connection) {
    connection.set_handler(*new Ignore);
    ++second_count;
  });
  ASSERT_TRUE(first && second);
  const std::uint16_t port = (*first)->port();
  const int one = connect_to(port);
  first_loop.run_once(milliseconds(1000));
  (*first)->close();
  const int two = connect_to(port);  // not refused: the other one still listens
  second_loop.run_once(milliseconds(1000));
  EXPECT_EQ(first_count, 1);
  EXPECT_EQ(second_count, 1);
  ::close(one);
  ::close(two);
}

TEST(ListeningSocket, MayShareItsPort) {
  const ListenOptions options{.host = "127.0.0.1", .shared_port = SharedPort::kYes};
  const auto first = open_listening_socket(options);
  ASSERT_TRUE(first);
  ListenOptions same = options;
  same.port = local_port(*first);
  const auto second = open_listening_socket(same);
  ASSERT_TRUE(second);
  EXPECT_EQ(local_port(*second), same.port);
  same.shared_port = SharedPort::kNo;
  EXPECT_FALSE(open_listening_socket(same));
  ::close(*first);
  ::close(*second);
}

TEST(Acceptor, LeavesConnectionsInTheQueueWhilePaused) {
  EventLoop loop;
  test::RecordingLog log;
  const auto fd = open_listening_socket({.host = "127.0.0.1"});
  ASSERT_TRUE(fd);
  std::vector<int> accepted;
  Acceptor acceptor(loop, log, *fd, [&](int connection) { accepted.push_back(connection); });
  ASSERT_TRUE(acceptor.start());
  acceptor.pause();
  const int client = connect_to(local_port(*fd));
  ASSERT_GE(client, 0);
  loop.run_once(milliseconds(0));
  EXPECT_TRUE(accepted.empty());
  ASSERT_TRUE(acceptor.start());
  loop.run_once(milliseconds(1000));
  ASSERT_EQ(accepted.size(), 1U);
  ::close(accepted[0]);
  ::close(client);
}

}  // namespace
}  // namespace socketcluster::net
