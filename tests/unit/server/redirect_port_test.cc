// SPDX-License-Identifier: MIT
// The second port of a worker, which sends clients of plain HTTP to HTTPS.
#include "server/redirect_port.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "net/listening_socket.h"
#include "unit/server/worker_under_test.h"

namespace socketcluster::server {
namespace {

using test::TcpClient;
using test::WorkerUnderTest;

class RedirectPortTest : public testing::Test {
 protected:
  void start(Options options = {}) {
    options.http_header_timeout = std::chrono::milliseconds(100);
    test_ = std::make_unique<WorkerUnderTest>(options);
    const base::Result<int> fd = net::open_listening_socket({.host = "127.0.0.1"});
    ASSERT_TRUE(fd);
    port_ = net::local_port(*fd);
    ASSERT_TRUE(test_->core->redirect_on(*fd, test_->core->port(), 0));
  }
  std::string location(std::string_view before = "") {
    TcpClient client(*test_, port_);
    client.send(std::string(before) + "GET /a HTTP/1.1\r\nHost: h.test:80\r\n\r\n");
    const std::string answer = client.receive_all();
    const std::size_t begin = answer.find("Location: ");
    return begin == std::string::npos ? answer
                                      : answer.substr(begin, answer.find('\r', begin) - begin);
  }

  std::unique_ptr<WorkerUnderTest> test_;
  std::uint16_t port_ = 0;
};

TEST_F(RedirectPortTest, SendsClientsToThePortThatIsListenedOn) {
  start();
  EXPECT_EQ(location(), "Location: https://h.test:" + std::to_string(test_->core->port()) + "/a");
}

TEST_F(RedirectPortTest, SendsThemToThePortThatTheOptionNames) {
  Options options;
  options.http_redirect_target_port = 443;
  start(options);
  EXPECT_EQ(location(), "Location: https://h.test/a");
}

TEST_F(RedirectPortTest, ServesNothingOfTheApplication) {
  start();
  test_->worker().http().use(
      [](const HttpRequest&, HttpReply reply, const HttpNext&) { reply.text("the application"); });
  EXPECT_TRUE(location().starts_with("Location: https://h.test:"));
  EXPECT_EQ(test::ask(*test_, "GET", "/a").body, "the application");
}

TEST_F(RedirectPortTest, TakesWhatATrustedProxySaysFirst) {
  Options options;
  options.trusted_proxies = {"127.0.0.1"};
  options.proxy_protocol = true;
  options.http_redirect_target_port = 443;
  start(options);
  EXPECT_EQ(location("PROXY TCP4 10.1.2.3 10.0.0.1 5555 80\r\n"), "Location: https://h.test/a");
  EXPECT_EQ(location(), "") << "without the header it is reset";
}

TEST_F(RedirectPortTest, ClosesWhoIsSilent) {
  start();
  TcpClient silent(*test_, port_);
  EXPECT_EQ(silent.receive_all(), "");
  TcpClient slow(*test_, port_);
  slow.send("GET / HT");
  EXPECT_TRUE(slow.receive_all().starts_with("HTTP/1.1 408 "));
}

TEST_F(RedirectPortTest, RefusesMoreConnectionsAtOnceThanItsLimit) {
  Options options;
  options.http_header_timeout = std::chrono::milliseconds(60'000);
  test_ = std::make_unique<WorkerUnderTest>(options);
  const base::Result<int> fd = net::open_listening_socket({.host = "127.0.0.1"});
  port_ = net::local_port(*fd);
  ASSERT_TRUE(test_->core->redirect_on(*fd, 443, 0));
  std::vector<std::unique_ptr<TcpClient>> clients;
  while (clients.size() < RedirectPort::kMaxConnections) {
    clients.push_back(std::make_unique<TcpClient>(*test_, port_));
  }
  ASSERT_TRUE(test_->run_until(
      [&] { return test_->core->loop().connection_count() == RedirectPort::kMaxConnections; }));
  EXPECT_EQ(location(), "");
  EXPECT_EQ(test_->log.count("connection refused: too many at once on httpRedirectPort"), 1);
  EXPECT_EQ(test::ask(*test_, "GET", "/health-check").status, 200) << "the other port is free";
  clients.pop_back();
  ASSERT_TRUE(test_->run_until(
      [&] { return test_->core->loop().connection_count() < RedirectPort::kMaxConnections; }));
  EXPECT_EQ(location(), "Location: https://h.test/a");
}

TEST_F(RedirectPortTest, ShutdownClosesItAndWhoHasNotAsked) {
  start();
  TcpClient idle(*test_, port_);
  ASSERT_TRUE(test_->run_until([&] { return test_->core->loop().connection_count() == 1; }));
  test_->core->begin_shutdown();
  EXPECT_EQ(idle.receive_all(), "");
  const base::Result<int> again = net::open_listening_socket({.host = "127.0.0.1", .port = port_});
  ASSERT_TRUE(again) << "nobody listens there any more";
  ::close(*again);
}

}  // namespace
}  // namespace socketcluster::server
