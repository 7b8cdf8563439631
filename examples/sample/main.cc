// SPDX-License-Identifier: MIT
// The sample app: a page with live events. Each client is sent `rand` every second;
// `sampleClientEvent` of any client raises a counter, which is published to the channel `sample`.
#include <chrono>
#include <random>

#include <socketcluster/socketcluster.h>

namespace sc = socketcluster;

// What the page does not need is forbidden to it: code from elsewhere, and to be shown inside of
// another page.
void set_headers(const sc::HttpRequest& /*request*/, const sc::HttpReply& reply,
                 const sc::HttpNext& next) {
  reply.header("Content-Security-Policy",
               "default-src 'self'; connect-src 'self' ws: wss:; object-src 'none'; "
               "base-uri 'none'; frame-ancestors 'none'");
  reply.header("Referrer-Policy", "no-referrer");
  next();
}

void run_worker(sc::Worker& worker) {
  worker.http().use(set_headers);
  if (worker.options().public_directory.empty())
    worker.http().serve_static(SAMPLE_PUBLIC_DIRECTORY);

  sc::Server& server = worker.server();
  server.on_connection([&server, count = 0](sc::Socket& socket) mutable {
    socket.on("sampleClientEvent", [&server, &count](const sc::Json&, sc::Respond respond) {
      server.exchange().publish("sample", ++count);
      respond();
    });
  });

  worker.set_interval(std::chrono::seconds(1), [&server, random = std::mt19937()]() mutable {
    server.for_each_client([&random](sc::Socket& socket) {
      socket.emit("rand", {{"rand", std::uniform_int_distribution<int>(0, 4)(random)}});
    });
  });
}

int main(int argc, char** argv) {
  return sc::run(argc, argv, {.worker = run_worker});
}
