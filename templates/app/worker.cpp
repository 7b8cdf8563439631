// A worker serves clients. This one sends `rand` to each of them every second, and counts the events
// `sampleClientEvent` of all; the count goes to everybody who is subscribed to the channel `sample`.
#include <socketcluster/controller.h>
#include <socketcluster/socketcluster.h>

#include <chrono>
#include <memory>
#include <random>

#include "controllers.h"

namespace sc = socketcluster;

// What the page does not need is forbidden to it: code from elsewhere, and to be shown inside of another page.
void set_headers(const sc::HttpRequest&, const sc::HttpReply& reply, const sc::HttpNext& next) {
  reply.header("Content-Security-Policy",
               "default-src 'self'; connect-src 'self' ws: wss:; object-src 'none'; "
               "base-uri 'none'; frame-ancestors 'none'");
  reply.header("Referrer-Policy", "no-referrer");
  next();
}

void run_worker(sc::Worker& worker) {
  worker.http().use(set_headers);
  worker.http().serve_static("public");
  sc::Server& server = worker.server();

  const auto count = std::make_shared<int>(0);
  server.on("sampleClientEvent", [&worker, count](sc::Socket&, const sc::Json&, sc::Respond respond) {
    // A broker counts for all workers (broker.cpp). Without its controller each worker counts alone.
    worker.exchange().run("count", "sample", [&worker, count, respond](const auto& error, const sc::Json& value) {
      *count = error ? *count + 1 : value.to_number<int>();
      worker.exchange().publish("sample", *count);
      respond();
    });
  });

  worker.set_interval(std::chrono::seconds(1), [&server, random = std::mt19937()]() mutable {
    server.for_each_client([&random](sc::Socket& socket) {
      socket.emit("rand", {{"rand", std::uniform_int_distribution<int>(0, 4)(random)}});
    });
  });
}

// For build/worker.so, which `socketcluster start --wc build/worker.so` loads.
SOCKETCLUSTER_WORKER_CONTROLLER(run_worker)
