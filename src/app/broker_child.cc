// SPDX-License-Identifier: MIT
#include "app/broker_child.h"

#include <exception>
#include <string>
#include <utility>

#include "app/child_link.h"
#include "app/controllers.h"
#include "app/process_setup.h"
#include "broker_node/broker_core.h"

namespace socketcluster::app {
namespace {

// The broker owns the loop on which the link to the master lives, so it is made first.
class LateMaster final : public broker_node::MasterPort {
 public:
  void set(ChildLink& link) { link_ = &link; }

 private:
  void send_to_master(const Json& data, MessageAnswer answer) override {
    link_->send_to_master(data, std::move(answer));
  }
  ChildLink* link_ = nullptr;
};

class BrokerChild final : public ChildActions {
 public:
  explicit BrokerChild(broker_node::BrokerCore& broker) : broker_(broker) {}

 private:
  void on_master_message(const Json& data, MessageRespond respond) override {
    broker_.take_master_message(data, std::move(respond));
  }
  // Workers end before brokers do, so there is nobody to wait for.
  void end(bool /*another_serves*/) override { broker_.stop(); }
  // A supervisor that signals all processes of an instance must not take the brokers from under
  // workers that still drain: the master tells them when it is time.
  void on_term_signal() override {}
  void on_control(std::string_view type, const JsonObject& message,
                  MessageRespond respond) override {
    if (type == "status") return respond(Json(broker_.status().report()));
    const Json* const id = message.if_contains("id");
    if (type == "workerGone" && id != nullptr && id->is_int64()) {
      broker_.worker_gone(static_cast<std::uint32_t>(id->get_int64()));
    }
  }

  broker_node::BrokerCore& broker_;
};

base::Status call_broker_controller(const Controllers& controllers,
                                    broker_node::BrokerCore& broker) {
  if (!controllers.broker) return base::Status::ok();
  try {
    controllers.broker(broker.api());
    return base::Status::ok();
  } catch (const std::exception& error) {
    return base::Failure{std::string("the broker controller failed: ") + error.what()};
  } catch (...) {
    return base::Failure{"the broker controller failed"};
  }
}

}  // namespace

base::Status run_broker_child(const ipc::ChildRole& role, const ChildStart& start,
                              const Controllers& own, ChildLog& log) {
  const base::Result<Controllers> controllers = broker_controllers(start.options, own);
  if (!controllers) return controllers.error();
  raise_descriptor_limit();
  broker_node::BrokerSettings settings;
  settings.id = role.id;
  settings.listen_fd = role.listen_fd;
  settings.awaited_workers = start.awaited_workers;
  LateMaster master;
  broker_node::BrokerCore broker(start.options, std::move(settings), log, master);
  ChildLink link(broker.loop(), role.control_fd, log, start.options.ipc_ack_timeout);
  master.set(link);
  BrokerChild child(broker);
  link.set_actions(child);
  base::Status status = call_broker_controller(*controllers, broker);
  if (status) status = broker.start();
  if (status) {
    link.send({{"type", "ready"}});
    broker.run();
  }
  link.flush();
  return status;
}

}  // namespace socketcluster::app
