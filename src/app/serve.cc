// SPDX-License-Identifier: MIT
#include "app/serve.h"

#include <csignal>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <utility>

#include "app/controllers.h"
#include "app/process_setup.h"
#include "base/crash_handler.h"
#include "base/random.h"
#include "config/banner.h"
#include "net/signals.h"
#include "net/stop_signals.h"
#include "server/worker_core.h"
#include "supervisor/service_manager.h"
#include "supervisor/task_timer.h"
#include "tls/context.h"

namespace socketcluster::app {
namespace {

// Of a process without a master, which reads the files itself.
class OwnCertificates {
 public:
  OwnCertificates(server::WorkerCore& worker, base::Log& log)
      : worker_(worker),
        log_(log),
        ticket_keys_(random_, now()),
        rotation_(worker.loop(), [this] { rotate(); }) {}

  bool are_used() const { return worker_.options().protocol == ServerProtocol::kHttps; }
  base::Status load() {
    if (!are_used()) return base::Status::ok();
    const auto& options = worker_.options().protocol_options;
    auto checked = tls::load_context(options, ticket_keys_.keys(), log_);
    if (!checked) return checked.error();
    context_ = std::move(checked->context);
    worker_.use_tls(context_);
    rotation_.arm_in(tls::kTicketKeyInterval);
    return base::Status::ok();
  }
  void reload() {
    const base::Status loaded = load();
    if (!loaded) return log_.error("the certificates stay as they are: " + loaded.error().text);
    rotate();
    log_.info("the certificates were read again");
  }

 private:
  tls::TicketKeyRing::Time now() const { return tls::TicketKeyRing::Time(worker_.loop().now_ms()); }
  void rotate() {
    ticket_keys_.rotate(random_, now());
    context_->set_ticket_keys(ticket_keys_.keys());
    rotation_.arm_in(tls::kTicketKeyInterval);
  }

  server::WorkerCore& worker_;
  base::Log& log_;
  base::SystemRandom random_;
  tls::TicketKeyRing ticket_keys_;
  supervisor::TaskTimer rotation_;
  std::shared_ptr<tls::Context> context_;
};

}  // namespace

base::Status serve_alone(const Options& options, const Controllers& own, base::Log& log) {
  base::install_crash_handler("worker 0");
  std::signal(SIGPIPE, SIG_IGN);  // a peer that is gone is an error code, not a signal
  config::write_launching_banner(std::cout, options);
  if (!options.broker_controller.empty()) {
    log.warning("brokerController is not called: with workers 0 there is no broker process");
  }
  raise_descriptor_limit();
  const std::size_t limit = connection_limit(options, log);
  auto keys = load_token_keys(options);
  if (!keys) return keys.error();
  server::WorkerCore worker(options, log, std::move(*keys));
  OwnCertificates certificates(worker, log);
  if (base::Status loaded = certificates.load(); !loaded) return loaded;
  // The port may need rights that the application's code is not to have.
  if (base::Status listening = worker.listen(limit); !listening) return listening;
  if (base::Status user = downgrade(options); !user) return user;
  if (base::Status there = await_controller_files(options, log); !there) return there;
  const base::Result<Controllers> controllers = worker_controllers(options, own);
  if (!controllers) return controllers.error();
  if (base::Status ready = call_worker_controller(*controllers, worker); !ready) return ready;
  if (certificates.are_used()) worker.add_reread_hook([&certificates] { certificates.reload(); });
  supervisor::ServiceManager service(worker.loop(), log, supervisor::take_service_settings());
  net::StopSignals stops;
  net::Signals signals(worker.loop(), {SIGTERM, SIGINT, SIGHUP, SIGUSR2}, [&](int number) {
    if (number == SIGUSR2) {
      return log.warning("SIGUSR2 replaces workers, and with workers 0 there are none");
    }
    if (number == SIGHUP && !net::has_lost_terminal()) return worker.reread_files();
    const auto meaning = stops.take(worker.loop().now_ms());
    if (meaning == net::StopSignals::Meaning::kEndAtOnce) return worker.stop();
    if (meaning == net::StopSignals::Meaning::kNothingNew) return;
    service.stopping("stopping");
    worker.begin_shutdown();
  });
  config::write_started_banner(std::cout, options, worker.port());
  service.ready("serving");
  worker.run();
  if (worker.has_crashed()) {
    // No destructor of the application runs, and the kernel still delivers what was answered.
    std::cout.flush();
    std::cerr.flush();
    std::_Exit(EXIT_FAILURE);
  }
  return base::Status::ok();
}

}  // namespace socketcluster::app
