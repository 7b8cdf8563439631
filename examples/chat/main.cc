// SPDX-License-Identifier: MIT
// A chat. Everybody may read the channel `lobby`. Who has logged in may write, and may open private
// channels: `members`, and `to/NAME`, which only NAME can read.
#include <chrono>
#include <map>
#include <string>
#include <string_view>

#include <socketcluster/socketcluster.h>

namespace sc = socketcluster;

namespace {

// A real application asks its database and stores no password as it is.
const std::map<std::string, std::string, std::less<>> kAccounts = {
    {"alice", "rabbit"}, {"bob", "builder"}, {"carol", "singer"}};

bool may_read(const sc::Socket& socket, std::string_view channel) {
  if (channel == "lobby") return true;
  const std::string username = socket.auth_text("username");
  return !username.empty() && (channel == "members" || channel == "to/" + username);
}

void login(sc::Socket& socket, const sc::Json& data, const sc::Respond& respond) {
  const auto account = kAccounts.find(sc::text_of(data, "username"));
  if (account == kAccounts.end() || account->second != sc::text_of(data, "password")) {
    return respond(sc::Error("AuthenticationError", "Wrong name or password"));
  }
  socket.set_auth_token({{"username", account->first}});
  respond({{"username", account->first}});
}

// A name that is gone takes its private channels along: after logout, and when the token expires.
void leave_private_channels(sc::Socket& socket) {
  for (const std::string& channel : socket.subscriptions()) {
    if (!may_read(socket, channel)) socket.kick_out(channel, "Logged out");
  }
}

void check_subscription(sc::SubscribeRequest& request, const sc::Next& next) {
  if (may_read(request.socket(), request.channel())) return next();
  next(sc::Error("NotAllowedError", "Log in to read " + request.channel()));
}

// Messages carry the name of who wrote them, which the client cannot choose.
void sign_message(sc::PublishInRequest& request, const sc::Next& next) {
  const std::string username = request.socket().auth_text("username");
  if (username.empty()) return next(sc::Error("NotAllowedError", "Log in to write"));
  const std::string text = sc::text_of(request.data(), "text");
  if (text.empty() || text.size() > 500) {
    return next(sc::Error("ValidationError", "A text of 1 to 500 bytes, please"));
  }
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  request.set_data({{"from", username},
                    {"text", text},
                    {"time", std::chrono::duration_cast<std::chrono::milliseconds>(now).count()}});
  next();
}

void run_worker(sc::Worker& worker) {
  if (worker.options().public_directory.empty())
    worker.http().serve_static(EXAMPLE_PUBLIC_DIRECTORY);

  sc::Server& server = worker.server();
  server.use(sc::Line::kSubscribe, check_subscription);
  server.use(sc::Line::kPublishIn, sign_message);
  server.on("login", login);
  server.on("logout", [](sc::Socket& socket, const sc::Json&, const sc::Respond& respond) {
    socket.deauthenticate();
    respond();
  });
  server.on_deauthentication(
      [](sc::Socket& socket, const sc::Json&) { leave_private_channels(socket); });
}

}  // namespace

int main(int argc, char** argv) {
  return sc::run(argc, argv, {.worker = run_worker});
}
