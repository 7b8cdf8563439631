// SPDX-License-Identifier: MIT
// The functions of all middleware lines, and a run through one line as a template of its request.
// Thread rule: loop thread.
#pragma once

#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

#include <socketcluster/middleware.h>

#include "server/middleware_run.h"

namespace socketcluster::server {

// Functions of one line in order. Copied when it changes, so that a run keeps the list it began
// with.
template <typename Request>
class MiddlewareLine {
 public:
  using Function = typename LineTag<Request>::Function;
  struct Entry {
    MiddlewareId id;
    std::shared_ptr<const Function> function;
  };
  using List = std::vector<Entry>;

  bool is_empty() const { return list_ == nullptr || list_->empty(); }
  const std::shared_ptr<const List>& list() const { return list_; }

  void add(MiddlewareId id, Function function) {
    auto changed = list_ == nullptr ? std::make_shared<List>() : std::make_shared<List>(*list_);
    changed->push_back({id, std::make_shared<const Function>(std::move(function))});
    list_ = std::move(changed);
  }
  void remove(MiddlewareId id) {
    if (list_ == nullptr) return;
    auto changed = std::make_shared<List>(*list_);
    std::erase_if(*changed, [id](const Entry& entry) { return entry.id == id; });
    list_ = std::move(changed);
  }

 private:
  std::shared_ptr<const List> list_;
};

struct Middleware {
  MiddlewareLine<HandshakeWsRequest> handshake_ws;
  MiddlewareLine<HandshakeScRequest> handshake_sc;
  MiddlewareLine<AuthenticateRequest> authenticate;
  MiddlewareLine<EmitRequest> emit;
  MiddlewareLine<SubscribeRequest> subscribe;
  MiddlewareLine<PublishInRequest> publish_in;
  MiddlewareLine<PublishOutRequest> publish_out;

  template <typename Visit>
  void for_each(Visit&& visit) {
    visit(handshake_ws);
    visit(handshake_sc);
    visit(authenticate);
    visit(emit);
    visit(subscribe);
    visit(publish_in);
    visit(publish_out);
  }
};

// A run whose request is the run itself; a subclass says what follows (finish()). Text that the
// request borrows must be valid until start() returns.
template <typename Request>
class LineRun : public MiddlewareRun, public Request {
 protected:
  template <typename... Args>
  LineRun(const char* line, WorkerLog& log, const MiddlewareLine<Request>& functions,
          Args&&... request)
      : MiddlewareRun(line, log),
        Request(std::forward<Args>(request)...),
        functions_(functions.list()) {}

  std::size_t function_count() const final { return functions_->size(); }
  void call(std::size_t index, Next next) final {
    (*(*functions_)[index].function)(*this, std::move(next));
  }
  void keep() final {
    if constexpr (std::is_base_of_v<DataRequest, Request>) this->keep_text();
  }

 private:
  std::shared_ptr<const typename MiddlewareLine<Request>::List> functions_;
};

}  // namespace socketcluster::server
