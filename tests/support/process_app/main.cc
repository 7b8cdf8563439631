// SPDX-License-Identifier: MIT
// A server whose clients can reach its master: for tests of what processes tell each other. Events
// of a client, each answered:
//
//   who         {id, pid, isLeader, instanceId} of the worker
//   askMaster   sends the data to the master and answers with its answer
//   eat         takes as many bytes of memory as the data says
//   orphan      starts a process that ends after its parent
//
// GET /die ends the worker while it handles the request.
//
// While there is a file `worker` or `broker` in the directory that the option custom.hangIn names,
// such a process hangs at its start.
//
// The master does what the member `do` of a message says; see answer().
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <socketcluster/socketcluster.h>

namespace sc = socketcluster;

namespace {

// ---- Worker and broker ----

void hang_if_asked(const sc::Options& options, std::string_view role) {
  const std::string directory = sc::text_of(options.custom, "hangIn");
  if (directory.empty() || !std::filesystem::exists(std::filesystem::path(directory) / role))
    return;
  for (;;) std::this_thread::sleep_for(std::chrono::hours(1));
}

void start_orphan() {
  const pid_t child = ::fork();
  if (child == 0) {
    if (::fork() == 0) ::usleep(100000);  // outlives its parent
    ::_exit(0);
  }
  ::waitpid(child, nullptr, 0);
}

sc::MessageAnswer answer_with(sc::Respond respond) {
  return [respond](const std::optional<sc::Error>& error, const sc::Json& data) {
    if (error) return respond(*error);
    respond(data);
  };
}

void run_worker(sc::Worker& worker) {
  hang_if_asked(worker.options(), "worker");
  worker.on_master_message([&worker](const sc::Json& data, sc::MessageRespond respond) {
    respond({{"worker", worker.id()}, {"data", data}});
  });
  sc::Server& server = worker.server();
  server.on("who", [&worker](sc::Socket& /*socket*/, const sc::Json&, sc::Respond respond) {
    respond({{"id", worker.id()},
             {"pid", ::getpid()},
             {"isLeader", worker.is_leader()},
             {"instanceId", worker.instance_id()}});
  });
  server.on("askMaster", [&worker](sc::Socket&, const sc::Json& data, sc::Respond respond) {
    worker.send_to_master(data, answer_with(respond));
  });
  const auto eaten = std::make_shared<std::vector<std::string>>();
  server.on("eat", [eaten](sc::Socket&, const sc::Json& data, sc::Respond respond) {
    eaten->emplace_back(data.to_number<std::size_t>(), 'x');
    respond();
  });
  worker.http().get("/die", [](const sc::HttpRequest&, sc::HttpReply) { ::raise(SIGKILL); });
  server.on("orphan", [](sc::Socket&, const sc::Json&, sc::Respond respond) {
    start_orphan();
    respond();
  });
}

void run_broker(sc::Broker& broker) {
  hang_if_asked(broker.options(), "broker");
  broker.on_master_message([&broker](const sc::Json& data, sc::MessageRespond respond) {
    if (data == sc::Json("ask back")) {
      return broker.send_to_master("from a broker",
                                   [respond](const auto& /*error*/, const sc::Json& answer) {
                                     respond({{"answer", answer}});
                                   });
    }
    respond({{"broker", broker.id()}, {"data", data}});
  });
}

// ---- Master ----

// What the master has been told, as [event, details...].
using History = std::shared_ptr<sc::JsonArray>;

sc::MessageAnswer answer_with(sc::MessageRespond respond) {
  return [respond](const std::optional<sc::Error>& error, const sc::Json& data) {
    if (error) return respond(*error);
    respond(data);
  };
}

void answer(sc::Master& master, const History& history, const sc::Json& data,
            sc::MessageRespond respond) {
  const std::string_view what = data.at("do").as_string();
  const auto id = [&data] { return data.at("id").to_number<std::uint32_t>(); };
  if (what == "echo") return respond(data);
  if (what == "refuse") return respond(sc::Error("NopeError", "nope", {{"hint", data}}));
  if (what == "history") return respond(sc::Json(*history));
  if (what == "toWorker") return master.send_to_worker(id(), data.at("data"), answer_with(respond));
  if (what == "toBroker") return master.send_to_broker(id(), data.at("data"), answer_with(respond));
  if (what == "throw") throw std::runtime_error("thrown by the master");
  const bool at_once = data.as_object().contains("immediately");
  const sc::KillMode mode = at_once ? sc::KillMode::kImmediately : sc::KillMode::kGracefully;
  if (what == "killWorkers") master.kill_workers(mode);
  if (what == "killBrokers") master.kill_brokers(mode);
  if (what == "reload") master.reload();
  if (what == "shutdown") master.shutdown();
  if (what != "nothing") respond();
}

template <typename Exit>
sc::Json exit_json(const Exit& exit) {
  return {{"id", exit.id},
          {"pid", exit.pid},
          {"code", exit.code ? sc::Json(*exit.code) : sc::Json()},
          {"signal", exit.signal ? sc::Json(*exit.signal) : sc::Json()}};
}

void record_events(sc::Master& master, const History& history) {
  const auto start = [history](const char* name) {
    return [history, name](const sc::ProcessStart& process) {
      history->push_back(sc::JsonArray{name, process.id, process.pid, process.respawn});
    };
  };
  const auto exit = [history](const char* name) {
    return [history, name](const sc::ProcessExit& process) {
      history->push_back(sc::JsonArray{name, exit_json(process)});
    };
  };
  const auto report = [history](const char* name) {
    return [history, name](const sc::ProcessReport& entry) {
      history->push_back(sc::JsonArray{name, entry.type, entry.id, entry.text});
    };
  };
  master.on_ready([history] { history->push_back(sc::JsonArray{"ready"}); });
  master.on_worker_start(start("workerStart"));
  master.on_broker_start(start("brokerStart"));
  master.on_worker_exit(exit("workerExit"));
  master.on_broker_exit(exit("brokerExit"));
  master.on_fail(report("fail"));
  master.on_warning(report("warning"));
}

void run_master(sc::Master& master) {
  const auto history = std::make_shared<sc::JsonArray>();
  record_events(master, history);
  master.on_worker_message(
      [&master, history](std::uint32_t /*id*/, const sc::Json& data, sc::MessageRespond respond) {
        answer(master, history, data, respond);
      });
  master.on_broker_message([](std::uint32_t id, const sc::Json& data, sc::MessageRespond respond) {
    respond({{"from", id}, {"data", data}});
  });
}

}  // namespace

int main(int argc, char** argv) {
  return sc::run(argc, argv, {.worker = run_worker, .broker = run_broker, .master = run_master});
}
