// SPDX-License-Identifier: MIT
// What a handle tells of its socket, and how long handles may be kept.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>

#include "unit/server/api_test.h"

namespace socketcluster::server {
namespace {

using test::event;
using ::testing::IsEmpty;

class SocketHandles : public test::ApiTest {};

TEST_F(SocketHandles, ClaimsOfTheTokenAreThereOneByOne) {
  const auto client = ready();
  Socket socket = socket_of_last();
  EXPECT_TRUE(socket.auth_claim("name").is_null());
  EXPECT_EQ(socket.auth_text("name"), "");
  socket.set_auth_token({{"name", "ann"}, {"level", 3}});
  EXPECT_EQ(socket.auth_claim("name"), Json("ann"));
  EXPECT_EQ(socket.auth_text("name"), "ann");
  EXPECT_EQ(socket.auth_claim("level"), Json(3));
  EXPECT_EQ(socket.auth_text("level"), "");
  EXPECT_TRUE(socket.auth_claim("other").is_null());
  socket.deauthenticate_self();
  EXPECT_EQ(socket.auth_text("name"), "");
}

TEST_F(SocketHandles, RequestIsKeptWhereSocketsAreMetAsTheyCome) {
  const test::ClientOptions headers{.headers = "X-Forwarded-For: 203.0.113.7, 10.0.0.1\r\n"};
  const auto before = ready(nullptr, headers);
  EXPECT_FALSE(socket_of_last().request());
  std::string path;
  server().on_connection([&](Socket& socket) { path = socket.request()->path(); });
  const auto client = ready(nullptr, headers);
  EXPECT_EQ(path, "/socketcluster/");
  EXPECT_EQ(socket_of_last().forwarded_address(), "203.0.113.7");
}

TEST_F(SocketHandles, ForwardedAddressIsKnownWhereAnythingIsGivenASocket) {
  const test::ClientOptions headers{.headers = "X-Forwarded-For: 203.0.113.7, 10.0.0.1\r\n"};
  const auto before = ready(nullptr, headers);
  EXPECT_EQ(socket_of_last().forwarded_address(), "");
  server().on_warning([](const std::string&) {});  // is given no socket
  const auto warned = ready(nullptr, headers);
  EXPECT_EQ(socket_of_last().forwarded_address(), "");

  const MiddlewareId id = server().use(
      Line::kSubscribe, [](SubscribeRequest& /*request*/, const Next& next) { next(); });
  const auto ruled = ready(nullptr, headers);
  EXPECT_EQ(socket_of_last().forwarded_address(), "203.0.113.7");
  EXPECT_FALSE(socket_of_last().request());
  server().remove_middleware(id);
  const auto free = ready(nullptr, headers);
  EXPECT_EQ(socket_of_last().forwarded_address(), "");
  server().on_subscription([](Socket& /*socket*/, const std::string&) {});
  const auto heard = ready(nullptr, headers);
  EXPECT_EQ(socket_of_last().forwarded_address(), "203.0.113.7");
}

TEST_F(SocketHandles, HandlesStayValidWhenTheConnectionIsGone) {
  std::string id;
  const auto client = ready(&id);
  Socket socket = socket_of_last();
  EXPECT_EQ(socket.id(), id);
  EXPECT_TRUE(socket.is_open());
  EXPECT_EQ(socket.remote_address(), "127.0.0.1");
  EXPECT_NE(socket.remote_port(), 0);
  client->drop();
  EXPECT_TRUE(all_gone());
  EXPECT_EQ(socket.id(), id);
  EXPECT_FALSE(socket.is_open());
  EXPECT_EQ(socket.remote_address(), "");
  EXPECT_EQ(socket.remote_port(), 0);
  EXPECT_FALSE(socket.is_subscribed("a"));
  EXPECT_THAT(socket.subscriptions(), IsEmpty());
  socket.on("x", [](const Json&, const Respond&) {});
  socket.off("x");
  socket.on_disconnect([this](int, const std::string&) { note("never"); });
  socket.emit("x");
  socket.emit("x", 1);
  socket.send("x");
  socket.kick_out("a");
  socket.disconnect();
  socket.terminate();
  turn();
  EXPECT_THAT(notes_, IsEmpty());
}

TEST_F(SocketHandles, HandlesAreComparedByTheirConnection) {
  const auto a = ready();
  Socket first = socket_of_last();
  const auto b = ready();
  const Socket second = socket_of_last();
  Socket copy = first;
  EXPECT_TRUE(copy == first);
  EXPECT_FALSE(copy == second);
  copy = second;
  EXPECT_TRUE(copy == second);
  Socket& self = copy;
  copy = self;
  EXPECT_TRUE(copy == second);
}

// The reference that handlers get is not counted; to assign to it corrupted the count of its
// socket.
TEST_F(SocketHandles, HandleOfTheHandlersCannotBeAssignedTo) {
  const auto a = ready();
  const Socket other = socket_of_last();
  const auto b = ready();
  EXPECT_DEATH(server().for_each_client([&](Socket& socket) { socket = other; }), "handle");
}

TEST_F(SocketHandles, HandlesMayBeDestroyedAfterTheWorker) {
  const auto client = ready();
  std::optional<Socket> kept = socket_of_last();
  std::optional<Respond> respond;
  kept->on("x", [&respond](const Json&, const Respond& given) { respond = given; });
  client->text(event("x", 2));
  EXPECT_TRUE(client->is_quiet());
  destroy_worker();
  EXPECT_FALSE(kept->is_open());
  kept->disconnect();
  EXPECT_FALSE(respond->is_wanted());
  (*respond)(1);
  kept.reset();
  respond.reset();
}

}  // namespace
}  // namespace socketcluster::server
