// SPDX-License-Identifier: MIT
// What the tests of the application's side of sockets share.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "unit/server/worker_test.h"

namespace socketcluster::server::test {

inline std::string event(std::string_view name, int cid = 0, std::string_view data = "") {
  std::string packet = R"({"event":")" + std::string(name) + '"';
  if (!data.empty()) packet.append(R"(,"data":)").append(data);
  if (cid != 0) packet += R"(,"cid":)" + std::to_string(cid);
  return packet + "}";
}

class ApiTest : public WorkerTest {
 protected:
  // The socket of the client that is connected last.
  Socket socket_of_last() {
    std::optional<Socket> last;
    server().for_each_client([&](Socket& socket) { last = socket; });
    EXPECT_TRUE(last.has_value());
    return *last;
  }
  AckHandler note_answer() {
    return [this](const std::optional<Error>& error, const Json& data) {
      note(error ? "error " + std::string(error->name()) + ": " + std::string(error->message())
                 : "data " + boost::json::serialize(data));
    };
  }
};

}  // namespace socketcluster::server::test
