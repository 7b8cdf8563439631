// SPDX-License-Identifier: MIT
// Handlers of events: which one is called, and what they may do to themselves.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "unit/server/api_test.h"

namespace socketcluster::server {
namespace {

using test::event;
using test::rid;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class Handlers : public test::ApiTest {};

TEST_F(Handlers, HandlerGetsTheDataOfItsEvent) {
  server().on_connection([this](Socket& socket) {
    socket.on("x",
              [this](const Json& data, const Respond&) { note(boost::json::serialize(data)); });
  });
  const auto client = ready();
  client->text(event("x", 0, R"({"a":[1,"\u0062"]})"));
  client->text(event("x"));
  client->text(event("y", 0, "1"));
  EXPECT_TRUE(client->is_quiet());
  EXPECT_THAT(notes_, ElementsAre(R"({"a":[1,"b"]})", "null"));
}

TEST_F(Handlers, LaterHandlerReplacesTheEarlierAndOffRemovesIt) {
  server().on_connection([](Socket& socket) {
    socket.on("x", [](const Json&, const Respond& respond) { respond(1); });
    socket.on("x", [](const Json&, const Respond& respond) { respond(2); });
  });
  const auto client = ready();
  EXPECT_EQ(client->ask(event("x", 2)), R"({"rid":2,"data":2})");
  Socket socket = socket_of_last();
  socket.off("unknown");
  socket.off("x");
  client->text(event("x", 3));
  EXPECT_TRUE(client->is_quiet());
}

TEST_F(Handlers, SocketsOwnHandlerComesBeforeTheServersOne) {
  server().on("x", [](Socket&, const Json&, const Respond& respond) { respond("server"); });
  const auto client = ready();
  EXPECT_EQ(client->ask(event("x", 2)), R"({"rid":2,"data":"server"})");
  Socket socket = socket_of_last();
  socket.on("x", [](const Json&, const Respond& respond) { respond("own"); });
  EXPECT_EQ(client->ask(event("x", 3)), R"({"rid":3,"data":"own"})");
  socket.off("x");
  EXPECT_EQ(client->ask(event("x", 4)), R"({"rid":4,"data":"server"})");
}

TEST_F(Handlers, ConnectionHandlerCanBeReplacedWhileItRuns) {
  server().on_connection([this](Socket&) {
    server().on_connection([this](Socket&) { note("second"); });
    note("first");
  });
  const auto a = ready();
  const auto b = ready();
  EXPECT_THAT(notes_, ElementsAre("first", "second"));
}

TEST_F(Handlers, HandlersCanReplaceAndRemoveThemselvesWhileTheyRun) {
  server().on_connection([](Socket& socket) {
    const std::string captured(100, 'c');
    socket.on("x", [&socket, captured](const Json&, const Respond& respond) {
      socket.on("x", [&socket, captured](const Json&, const Respond& again) {
        socket.off("x");
        again(Json(captured));
      });
      respond(Json(captured));
    });
  });
  const auto client = ready();
  const std::string data = R"(,"data":")" + std::string(100, 'c') + "\"}";
  EXPECT_EQ(client->ask(event("x", 2)), R"({"rid":2)" + data);
  EXPECT_EQ(client->ask(event("x", 3)), R"({"rid":3)" + data);
  client->text(event("x", 4));
  EXPECT_TRUE(client->is_quiet());
}

TEST_F(Handlers, ServersHandlerCanReplaceItselfWhileItRuns) {
  server().on("x", [this](Socket&, const Json&, const Respond& respond) {
    server().on("x", [](Socket&, const Json&, const Respond& again) { again(2); });
    respond(1);
    note("alive");
  });
  const auto client = ready();
  EXPECT_EQ(client->ask(event("x", 2)), R"({"rid":2,"data":1})");
  EXPECT_EQ(client->ask(event("x", 3)), R"({"rid":3,"data":2})");
}

// Destroying a handler destroys what it captured, and that may want to remove further handlers.
TEST_F(Handlers, CapturedStateMayRemoveHandlersWhenItIsDestroyed) {
  struct Guard {
    explicit Guard(Socket& owner, std::string name) : socket(owner), event(std::move(name)) {}
    Guard(const Guard&) = delete;
    Guard& operator=(const Guard&) = delete;
    ~Guard() { socket.off(event); }
    Socket& socket;
    std::string event;
  };
  server().on_connection([](Socket& socket) {
    for (int i = 0; i < 6; ++i) {
      const auto guard = std::make_shared<Guard>(socket, "e" + std::to_string(i + 1));
      socket.on("e" + std::to_string(i),
                [guard](const Json&, const Respond& respond) { respond(Json(guard->event)); });
    }
    socket.on("last", [](const Json&, const Respond& respond) { respond(); });
  });
  const auto client = ready();
  EXPECT_EQ(client->ask(event("e3", 2)), R"({"rid":2,"data":"e4"})");
  socket_of_last().off("e2");  // and thereby e3, e4, e5
  for (const char* gone : {"e2", "e3", "e4", "e5"}) client->text(event(gone, 3));
  EXPECT_EQ(client->ask(event("e1", 4)), R"({"rid":4,"data":"e2"})");
  EXPECT_EQ(client->ask(event("last", 5)), rid(5));
}

TEST_F(Handlers, NameGivenToOffMayBelongToTheHandler) {
  const auto client = ready();
  Socket socket = socket_of_last();
  auto name = std::make_shared<std::string>(100, 'n');
  const std::string_view view = *name;
  socket.on("other", [](const Json&, const Respond& respond) { respond(); });
  socket.on(view, [name](const Json&, const Respond&) {});
  socket.on("last", [](const Json&, const Respond& respond) { respond(); });
  name.reset();
  socket.off(view);
  EXPECT_EQ(client->ask(event("other", 2)), rid(2));
  EXPECT_EQ(client->ask(event("last", 3)), rid(3));
}

class MortalEngine final : public AuthEngine {
 public:
  explicit MortalEngine(bool& outlives_its_call) : outlives_its_call_(outlives_its_call) {}
  void verify(const std::string& /*token*/, OnVerified done) override {
    const std::weak_ptr<int> life = life_;
    bool& outlives = outlives_its_call_;
    done({.claims = JsonObject{{"name", "ann"}}, .error = {}});
    outlives = !life.expired();
  }
  void sign(const JsonObject& /*claims*/, const AuthTokenOptions& /*options*/,
            OnSigned done) override {
    done(std::nullopt);
  }

 private:
  bool& outlives_its_call_;
  std::shared_ptr<int> life_ = std::make_shared<int>(1);
};

TEST_F(Handlers, AuthEngineMayBeReplacedInsideOfItsOwnCall) {
  bool outlives = false;
  server().set_auth_engine(std::make_unique<MortalEngine>(outlives));
  server().use(Line::kAuthenticate, [this, &outlives](AuthenticateRequest&, const Next& next) {
    server().set_auth_engine(std::make_unique<MortalEngine>(outlives));
    next();
  });
  const auto client = ready();
  EXPECT_THAT(client->ask(R"({"event":"#authenticate","data":"token","cid":2})"),
              HasSubstr(R"("isAuthenticated":true)"));
  EXPECT_TRUE(outlives);
}

}  // namespace
}  // namespace socketcluster::server
