// SPDX-License-Identifier: MIT
#include "net/output_batch.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "unit/net/test_handler.h"

namespace socketcluster::net {
namespace {

using std::chrono::milliseconds;
using test::TestHandler;

// Many connections with equal and different lists in one iteration: the shared chunk must never
// leak into a connection with another list.
TEST(OutputBatch, ConnectionsGetTheirOwnListsOnly) {
  constexpr int kConnections = 30;
  std::vector<std::unique_ptr<TestHandler>> handlers;
  EventLoop loop;
  std::vector<Connection*> connections;
  std::vector<int> peers;
  std::vector<std::string> expected(kConnections);
  for (int i = 0; i < kConnections; ++i) {
    int ends[2];
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends), 0);
    connections.push_back(&loop.adopt(ends[0]));
    handlers.push_back(std::make_unique<TestHandler>());
    connections.back()->set_handler(*handlers.back());
    peers.push_back(ends[1]);
  }
  for (int round = 0; round < 5; ++round) {
    for (int message = 0; message < 40; ++message) {
      const auto block =
          base::SharedBytes::copy_of("<" + std::to_string(round * 100 + message) + ">");
      for (int i = 0; i < kConnections; ++i) {
        if (message % 10 == 3 && i % 4 == 0) continue;
        connections[static_cast<std::size_t>(i)]->write(block);
        expected[static_cast<std::size_t>(i)] += block.view();
        if (i == 7 && message % 5 == 0) {
          connections[7]->write_copy("private");
          expected[7] += "private";
        }
      }
    }
    loop.run_once(milliseconds(0));
  }
  for (std::size_t i = 0; i < kConnections; ++i) {
    std::string received(expected[i].size() + 100, '\0');
    const ssize_t size = ::recv(peers[i], received.data(), received.size(), 0);
    received.resize(static_cast<std::size_t>(size));
    EXPECT_EQ(received, expected[i]) << i;
    ::close(peers[i]);
  }
}

}  // namespace
}  // namespace socketcluster::net
