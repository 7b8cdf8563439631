// SPDX-License-Identifier: MIT
// The end of a socket: what handlers hear of it, what they may close, and what goes with it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <any>
#include <chrono>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "unit/server/api_test.h"

namespace socketcluster::server {
namespace {

using std::chrono::milliseconds;
using test::event;
using test::publish;
using test::rid;
using test::subscribe;
using test::TestClient;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::StartsWith;

class SocketEnds : public test::ApiTest {};

TEST_F(SocketEnds, DisconnectHandlerIsCalledOnceAndLater) {
  const auto client = ready();
  Socket socket = socket_of_last();
  socket.on_disconnect([this](int, const std::string&) { note("replaced"); });
  socket.on_disconnect([this, socket](int code, const std::string& reason) mutable {
    note(std::to_string(code) + ":" + reason);
    EXPECT_FALSE(socket.is_open());
    socket.on_disconnect([this](int, const std::string&) { note("never"); });
    socket.on("x", [](const Json&, const Respond&) {});
    throw std::runtime_error("ignored");
  });
  socket.disconnect(4100, "why");
  EXPECT_THAT(notes_, IsEmpty());
  socket.disconnect(4200, "again");
  client->drop();
  EXPECT_TRUE(all_gone());
  turn();
  EXPECT_THAT(notes_, ElementsAre("4100:why"));
  EXPECT_THAT(log_.entries, ::testing::SizeIs(1));
}

TEST_F(SocketEnds, HandlersMayCloseTheirOwnSocketInEveryWay) {
  server().on("disconnect-me", [](Socket& socket, const Json&, const Respond&) {
    socket.disconnect(4100);
    socket.terminate();
  });
  server().on("terminate-me", [](Socket& socket, const Json&, const Respond& respond) {
    socket.terminate();
    socket.disconnect(4100);
    socket.emit("x");
    respond(1);
    throw std::runtime_error("as well");
  });
  const auto a = ready_v2();
  EXPECT_EQ(a->ask(event("disconnect-me", 2)), "close:4100:");  // closed is closed
  const auto b = ready();
  b->bytes(websocket::test::text_frame(event("terminate-me", 2)) +
           websocket::test::text_frame(event("terminate-me", 3)));
  EXPECT_EQ(b->next(), "reset");
  EXPECT_THAT(log_.entries, ::testing::SizeIs(1));
}

TEST_F(SocketEnds, HandlersMayCloseOtherSockets) {
  server().on("close-all", [this](Socket& socket, const Json&, const Respond& respond) {
    server().for_each_client([&](Socket& other) {
      if (!(other == socket)) other.terminate();
    });
    respond();
  });
  std::vector<std::unique_ptr<TestClient>> others;
  others.reserve(10);
  for (int i = 0; i < 10; ++i) {
    others.push_back(ready());
    others.back()->ask(subscribe("a", 2));
    others.back()->text(publish("a", "1", 3));  // read in the same turn perhaps
  }
  const auto client = ready();
  EXPECT_EQ(client->ask(event("close-all", 2)), rid(2));
  EXPECT_EQ(server().clients_count(), 1U);
}

TEST_F(SocketEnds, VisitMayCloseAnySocket) {
  std::vector<std::unique_ptr<TestClient>> clients;
  clients.reserve(10);
  for (int i = 0; i < 10; ++i) clients.push_back(ready());
  std::vector<Socket> seen;
  server().for_each_client([&](Socket& socket) {
    seen.push_back(socket);
    if (seen.size() == 3) {
      for (Socket& earlier : seen) earlier.disconnect();
      server().for_each_client([&](Socket& inner) {
        if (inner.id() < socket.id()) inner.terminate();
      });
    }
  });
  EXPECT_LT(seen.size(), 10U + 1U);
  std::size_t open = 0;
  for (const Socket& socket : seen) open += socket.is_open() ? 1 : 0;
  EXPECT_EQ(open, server().clients_count());
  EXPECT_EQ(seen.size() - 3, open);
}

TEST_F(SocketEnds, DisconnectHandlersMayCloseOthers) {
  std::vector<std::unique_ptr<TestClient>> clients;
  clients.reserve(20);
  server().on_connection([this](Socket& socket) {
    socket.on_disconnect([this](int, const std::string&) {
      note("gone");
      bool first = true;
      server().for_each_client([&](Socket& other) {
        if (std::exchange(first, false)) other.terminate();
      });
    });
  });
  for (int i = 0; i < 20; ++i) clients.push_back(ready());
  clients[7]->drop();
  EXPECT_TRUE(run_until([&] { return notes_.size() == 20; }));
  EXPECT_EQ(server().clients_count(), 0U);
}

TEST_F(SocketEnds, HandlersAreDestroyedWithTheConnectionAlsoWhenTheyHoldTheirSocket) {
  const auto captured = std::make_shared<int>(1);
  const auto client = ready();
  {
    Socket socket = socket_of_last();
    socket.on("x", [captured, socket](const Json&, const Respond&) {});
    socket.on_disconnect([captured, socket](int, const std::string&) {});
    socket.emit("ask", 0, [captured, socket](const std::optional<Error>&, const Json&) {});
  }
  EXPECT_EQ(captured.use_count(), 4);
  client->drop();
  EXPECT_TRUE(run_until([&] { return captured.use_count() == 1; }));
}

TEST_F(SocketEnds, HandlersGivenToASocketThatIsOverAreNotKept) {
  const auto captured = std::make_shared<int>(1);
  const auto client = ready();
  {
    Socket socket = socket_of_last();
    client->drop();
    EXPECT_TRUE(all_gone());
    turn();
    socket.on_raw([captured, socket](const std::string&) {});
    socket.on_authenticate([captured, socket](const Json&) {});
    socket.on_deauthenticate([captured, socket](const Json&) {});
    socket.on_subscribe([captured, socket](const std::string&, const Json&) {});
    socket.on_unsubscribe([captured, socket](const std::string&) {});
  }
  EXPECT_EQ(captured.use_count(), 1);
}

// User data that held its own socket kept both for ever.
TEST_F(SocketEnds, UserDataMayHoldItsOwnSocketAndGoesWithIt) {
  struct Own {
    std::shared_ptr<int> captured;
    Socket socket;
  };
  const auto captured = std::make_shared<int>(1);
  const auto client = ready();
  {
    Socket socket = socket_of_last();
    socket.user_data() = Own{captured, socket};
    socket.on_disconnect([this, socket](int, const std::string&) mutable {
      note(std::any_cast<Own&>(socket.user_data()).socket == socket ? "there" : "another");
    });
  }
  EXPECT_EQ(captured.use_count(), 2);
  client->drop();
  EXPECT_TRUE(run_until([&] { return captured.use_count() == 1; }));
  EXPECT_THAT(notes_, ElementsAre("there"));
}

TEST_F(SocketEnds, UserDataOfASocketThatIsOverDoesNotStay) {
  // Its destruction asks once more.
  struct Own {
    std::shared_ptr<int> captured;
    std::shared_ptr<Socket> socket;
    Own(std::shared_ptr<int> c, std::shared_ptr<Socket> s)
        : captured(std::move(c)), socket(std::move(s)) {}
    ~Own() { EXPECT_FALSE(socket->user_data().has_value()); }
  };
  const auto captured = std::make_shared<int>(1);
  const auto client = ready();
  {
    Socket socket = socket_of_last();
    client->drop();
    EXPECT_TRUE(all_gone());
    turn();
    EXPECT_FALSE(socket.user_data().has_value());
    socket.user_data() = std::make_shared<Own>(captured, std::make_shared<Socket>(socket));
    EXPECT_FALSE(socket.user_data().has_value());
  }
  EXPECT_EQ(captured.use_count(), 1);
}

// The application heard nothing of sockets that were open when a worker was destroyed, and what
// their handlers held was lost when a handler held its own socket.
TEST_F(SocketEnds, SocketsThatAreOpenWhenTheWorkerIsDestroyedEndAsOthersDo) {
  const auto captured = std::make_shared<int>(1);
  const auto client = ready();
  {
    Socket socket = socket_of_last();
    socket.on("x", [captured, socket](const Json&, const Respond&) {});
    Worker& api = worker().api();
    socket.on_disconnect([this, &api, captured, socket](int code, const std::string&) mutable {
      note("disconnect " + std::to_string(code));
      api.exchange().publish("a", 1);
      api.set_timeout(milliseconds(1), [captured] {});
      socket.emit("ask", 0, note_answer());
    });
    socket.emit("ask", 0, note_answer());
  }
  destroy_worker();
  EXPECT_EQ(captured.use_count(), 1);
  EXPECT_THAT(notes_, ElementsAre(StartsWith("error BadConnectionError"), "disconnect 1006",
                                  StartsWith("error BadConnectionError")));
}

}  // namespace
}  // namespace socketcluster::server
