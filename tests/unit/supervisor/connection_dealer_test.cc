// SPDX-License-Identifier: MIT
#include "supervisor/connection_dealer.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <cstring>
#include <vector>

#include "net/listening_socket.h"

namespace socketcluster::supervisor {
namespace {

struct TestSeat final : ConnectionDealer::Seat {
  void deal(ipc::NumberedDescriptor connection) override {
    numbers.push_back(connection.number);
    fds.push_back(connection.fd);
  }
  void cancel(std::uint64_t number) override { cancelled.push_back(number); }
  std::vector<std::uint64_t> numbers, cancelled;
  std::vector<int> fds;
};

// A connection, from both sides.
class TcpPair {
 public:
  TcpPair() {
    const base::Result<int> listening = net::open_listening_socket({.host = "127.0.0.1"});
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(net::local_port(*listening));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(client_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    server_ = ::accept4(*listening, nullptr, nullptr, SOCK_CLOEXEC);
    ::close(*listening);
  }
  ~TcpPair() { ::close(client_); }
  int client() const { return client_; }
  int take_server() const { return server_; }
  // Returns when the other side can read.
  void send(const char* text) const {
    ASSERT_GT(::send(client_, text, std::strlen(text), 0), 0);
    pollfd poll{.fd = server_, .events = POLLIN, .revents = 0};
    ASSERT_EQ(::poll(&poll, 1, -1), 1);
  }

 private:
  const int client_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  int server_ = -1;  // the dealer's
};

using Numbers = std::vector<std::uint64_t>;

int open_descriptor() {
  return ::open("/dev/null", O_RDONLY | O_CLOEXEC);
}
bool is_open(int fd) {
  return ::fcntl(fd, F_GETFD) != -1;
}
void deal(ConnectionDealer& dealer, int count) {
  for (int i = 0; i < count; ++i) dealer.deal(open_descriptor());
}

TEST(ConnectionDealer, TakesTurns) {
  ConnectionDealer dealer(100);
  TestSeat a, b, c;
  for (TestSeat* seat : {&a, &b, &c}) dealer.add(*seat);
  deal(dealer, 7);
  EXPECT_EQ(a.numbers, (Numbers{1, 4, 7}));
  EXPECT_EQ(b.numbers, (Numbers{2, 5}));
  EXPECT_EQ(c.numbers, (Numbers{3, 6}));
}

TEST(ConnectionDealer, KeepsACopyUntilTheConnectionIsAdopted) {
  ConnectionDealer dealer(100);
  TestSeat a, b;
  dealer.add(a);
  dealer.add(b);
  deal(dealer, 2);
  dealer.adopted(b, {1});  // not its own
  EXPECT_TRUE(is_open(a.fds[0]));
  dealer.adopted(a, {1, 1, 99});
  EXPECT_FALSE(is_open(a.fds[0]));
  EXPECT_TRUE(is_open(b.fds[0]));
  EXPECT_EQ(dealer.copies(), 1U);
}

TEST(ConnectionDealer, DealsWhatADeadWorkerHadNotSeenToTheOthers) {
  ConnectionDealer dealer(100);
  TestSeat a, b, c;
  for (TestSeat* seat : {&a, &b, &c}) dealer.add(*seat);
  deal(dealer, 9);  // a has 1, 4, 7
  dealer.adopted(a, {4});
  dealer.remove(a);
  EXPECT_EQ(b.numbers, (Numbers{2, 5, 8, 1}));
  EXPECT_EQ(c.numbers, (Numbers{3, 6, 9, 7}));
  EXPECT_EQ(b.fds.back(), a.fds[0]);
}

// It used to go to another worker, who waited for bytes that the dead one had read.
TEST(ConnectionDealer, ClosesWhatADeadWorkerHadReadFrom) {
  TcpPair touched, untouched;
  ConnectionDealer dealer(100);
  TestSeat a, b;
  dealer.add(a);
  dealer.deal(touched.take_server());
  dealer.deal(untouched.take_server());
  touched.send("x");
  untouched.send("y");
  char byte = 0;
  ASSERT_EQ(::recv(a.fds[0], &byte, 1, 0), 1);
  dealer.add(b);
  dealer.remove(a);
  EXPECT_EQ(b.numbers, (Numbers{2}));
  EXPECT_EQ(dealer.copies(), 1U);
  EXPECT_EQ(::recv(touched.client(), &byte, 1, 0), 0);  // the end
}

TEST(ConnectionDealer, KeepsConnectionsWhileThereIsNoWorker) {
  ConnectionDealer dealer(100);
  TestSeat a, b;
  dealer.add(a);
  deal(dealer, 2);
  dealer.remove(a);
  EXPECT_FALSE(dealer.has_seats());
  deal(dealer, 1);
  dealer.add(b);
  EXPECT_EQ(b.numbers, (Numbers{1, 2, 3}));
}

TEST(ConnectionDealer, AWorkerThatRestsGetsNothingNewAndMayGiveBack) {
  ConnectionDealer dealer(100);
  TestSeat a, b;
  dealer.add(a);
  dealer.add(b);
  deal(dealer, 4);
  dealer.rest(a);
  deal(dealer, 1);
  EXPECT_EQ(a.numbers, (Numbers{1, 3}));
  dealer.returned(a, {3, 2});
  EXPECT_EQ(b.numbers, (Numbers{2, 4, 5, 3}));
  dealer.remove(a);
  EXPECT_EQ(b.numbers, (Numbers{2, 4, 5, 3, 1}));
}

// Counts must not drift apart when workers come and go.
TEST(ConnectionDealer, TheTurnSurvivesARest) {
  ConnectionDealer dealer(100);
  TestSeat a, b, c;
  for (TestSeat* seat : {&a, &b, &c}) dealer.add(*seat);
  deal(dealer, 1);
  dealer.rest(a);  // it is b's turn still
  deal(dealer, 2);
  EXPECT_EQ(b.numbers, (Numbers{2}));
  EXPECT_EQ(c.numbers, (Numbers{3}));
}

TEST(ConnectionDealer, LeavesTheOldestToTheirWorkersWhenThereAreTooMany) {
  ConnectionDealer dealer(2);
  TestSeat a;
  dealer.add(a);
  deal(dealer, 2);
  EXPECT_TRUE(a.cancelled.empty());
  deal(dealer, 1);
  EXPECT_EQ(a.cancelled, (Numbers{1}));
  EXPECT_FALSE(is_open(a.fds[0]));
  EXPECT_EQ(dealer.copies(), 2U);
  TestSeat b;
  dealer.add(b);
  dealer.remove(a);
  EXPECT_EQ(b.numbers, (Numbers{2, 3}));
}

TEST(ConnectionDealer, ClosesItsCopiesAtItsEnd) {
  TestSeat a;
  {
    ConnectionDealer dealer(2);
    dealer.add(a);
    deal(dealer, 1);
  }
  EXPECT_FALSE(is_open(a.fds[0]));
}

}  // namespace
}  // namespace socketcluster::supervisor
