// SPDX-License-Identifier: MIT
// What the server allocates, counted by the operator new and the malloc() of this very program.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <malloc.h>
#include <sys/resource.h>

#include <cstddef>
#include <cstdlib>
#include <memory>
#include <new>
#include <string>
#include <utility>
#include <vector>

#include "server/client_socket.h"
#include "unit/server/worker_test.h"

namespace {

// Single-threaded, like everything that is counted.
struct Counters {
  bool is_counting = false;
  std::size_t allocations = 0;
  std::size_t living_bytes = 0;
};
Counters counters;

}  // namespace

// The linker puts these in the place of malloc() and free() (--wrap).
// NOLINTBEGIN(bugprone-reserved-identifier,readability-identifier-naming): named by the linker
extern "C" {
void* __real_malloc(std::size_t size);
void __real_free(void* memory);

void* __wrap_malloc(std::size_t size) {
  void* memory = __real_malloc(size);
  if (memory == nullptr) return nullptr;
  if (counters.is_counting) ++counters.allocations;
  counters.living_bytes += ::malloc_usable_size(memory);
  return memory;
}
void __wrap_free(void* memory) {
  if (memory != nullptr) counters.living_bytes -= ::malloc_usable_size(memory);
  __real_free(memory);
}
}
// NOLINTEND(bugprone-reserved-identifier,readability-identifier-naming)

namespace {

void* allocate(std::size_t size) {
  void* memory = __wrap_malloc(size == 0 ? 1 : size);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}
void release(void* memory) {
  __wrap_free(memory);
}

}  // namespace

void* operator new(std::size_t size) {
  return allocate(size);
}
void* operator new[](std::size_t size) {
  return allocate(size);
}
void operator delete(void* memory) noexcept {
  release(memory);
}
void operator delete[](void* memory) noexcept {
  release(memory);
}
void operator delete(void* memory, std::size_t /*size*/) noexcept {
  release(memory);
}
void operator delete[](void* memory, std::size_t /*size*/) noexcept {
  release(memory);
}

namespace socketcluster::server {
namespace {

using std::chrono::milliseconds;
using test::publish;
using test::published;
using test::rid;
using test::subscribe;
using test::TestClient;

class Allocations : public test::WorkerTest {
 protected:
  // How many subscribers fit: two descriptors each, in this one process.
  static std::size_t many_subscribers() {
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
    ::getrlimit(RLIMIT_NOFILE, &limit);
    return limit.rlim_cur > 2200 ? 1000 : 400;
  }

  // Allocations of the server while it takes and passes on what `publisher` sends in one piece.
  std::size_t allocations_of(TestClient& publisher, const std::string& frames, int last_cid) {
    publisher.bytes(frames);
    counters.allocations = 0;
    counters.is_counting = true;
    turn();
    counters.is_counting = false;
    EXPECT_EQ(publisher.next_at_once(), rid(last_cid));
    return counters.allocations;
  }

  // The same for one message and for a dense batch, with queues that are warm.
  std::vector<std::size_t> allocations_with(std::size_t subscribers) {
    std::vector<std::unique_ptr<TestClient>> clients;
    for (std::size_t i = 0; i < subscribers; ++i) {
      clients.push_back(ready());
      clients.back()->ask(subscribe("a", 2));
    }
    const auto publisher = ready();
    const std::string one = websocket::test::text_frame(publish("a", R"("text")", 7));
    std::string dense;
    for (int i = 0; i < 20; ++i) {
      dense += websocket::test::text_frame(R"({"event":"#publish","data":{"channel":"a","data":)" +
                                           std::to_string(i) + "}}");
    }
    dense += one;
    const std::string large =
        websocket::test::text_frame(publish("a", '"' + std::string(6000, 'x') + '"', 7));
    for (int i = 0; i < 3; ++i) {
      allocations_of(*publisher, one, 7);
      allocations_of(*publisher, dense, 7);
      allocations_of(*publisher, large, 7);
    }
    std::vector<std::size_t> counts{allocations_of(*publisher, one, 7),
                                    allocations_of(*publisher, dense, 7),
                                    allocations_of(*publisher, large, 7)};
    for (const auto& client : clients) {
      EXPECT_EQ(client->next(), published("a", R"("text")"));
      EXPECT_EQ(client->next(), published("a", "0"));
    }
    destroy_worker();
    return counts;
  }

  // Memory that the server keeps of `count` calls of `packet`, whatever it is that they leave.
  std::ptrdiff_t bytes_kept_of(TestClient& client, const std::string& packet, int count) {
    const std::string frame = websocket::test::text_frame(packet);
    std::string frames;
    for (int i = 0; i < 100; ++i) frames += frame;
    const auto run = [&] {
      client.bytes(frames);
      return client.is_quiet();
    };
    run();
    const std::size_t before = counters.living_bytes;
    for (int i = 0; i < count / 100; ++i) run();
    return static_cast<std::ptrdiff_t>(counters.living_bytes - before);
  }
};

TEST_F(Allocations, PublishAllocatesNothingPerSubscriber) {
  const std::vector<std::size_t> few = allocations_with(10);
  const std::vector<std::size_t> many = allocations_with(many_subscribers());
  EXPECT_EQ(few, many);
  EXPECT_EQ(few[2], 1U);  // small frames come from a pool, this one does not
  RecordProperty("allocations_of_one_publish", static_cast<int>(few[0]));
  RecordProperty("allocations_of_21_publishes", static_cast<int>(few[1]));
}

// A call that the application leaves unanswered was remembered as long as its socket lived: clients
// of version 5 number every event, whether they wait for an answer or not.
TEST_F(Allocations, UnansweredCallsLeaveNothing) {
  server().on("silent", [](Socket&, const Json&, const Respond&) {});
  const auto client = ready();
  const std::string packet =
      R"({"event":"silent","cid":")" + std::string(100, 'c') + R"(","data":{"a":[1,2,3]}})";
  EXPECT_LT(bytes_kept_of(*client, packet, 10'000), 4096);
}

TEST_F(Allocations, AnsweredCallsAndSubscriptionsLeaveNothing) {
  server().on("echo", [](Socket&, const Json& data, const Respond& respond) { respond(data); });
  const auto client = ready();
  client->text(R"({"event":"echo"})");
  const std::string calls = R"([{"event":"#subscribe","data":{"channel":"x"}},)"
                            R"({"event":"#unsubscribe","data":"x"},{"event":"echo"},"raw"])";
  EXPECT_LT(bytes_kept_of(*client, calls, 10'000), 4096);
}

TEST_F(Allocations, SocketsThatAreGoneLeaveNothing) {
  server().on_connection([](Socket& socket) {
    socket.on("x", [socket](const Json&, const Respond&) {});
    socket.emit("ask", 1, [socket](const std::optional<Error>&, const Json&) {});
  });
  const auto come_and_go = [this] {
    const auto client = ready();
    client->ask(R"([{"event":"#subscribe","data":{"channel":"x"}},{"event":"x","cid":3}])");
    client->drop();
    EXPECT_TRUE(run_until([&] { return worker().loop().connection_count() == 0; }));
    turn();
  };
  for (int i = 0; i < 3; ++i) come_and_go();
  const std::size_t before = counters.living_bytes;
  for (int i = 0; i < 100; ++i) come_and_go();
  EXPECT_LT(static_cast<std::ptrdiff_t>(counters.living_bytes - before), 1024);
}

TEST_F(Allocations, SizesOfWhatEveryConnectionHas) {
  RecordProperty("sizeof_connection", static_cast<int>(sizeof(net::Connection)));
  RecordProperty("sizeof_client_socket", static_cast<int>(sizeof(ClientSocket)));
  std::vector<std::unique_ptr<TestClient>> clients;
  clients.reserve(64);
  for (int i = 0; i < 64; ++i) clients.push_back(ready());  // fills the vectors that all share
  ready()->drop();
  EXPECT_TRUE(run_until([&] { return server().clients_count() == 64; }));
  turn();
  const std::size_t before = counters.living_bytes;
  const auto probe = ready();
  const std::size_t after = counters.living_bytes;
  RecordProperty("heap_bytes_of_a_ready_socket_and_its_client", static_cast<int>(after - before));
  EXPECT_GT(after, before);
}

}  // namespace
}  // namespace socketcluster::server
