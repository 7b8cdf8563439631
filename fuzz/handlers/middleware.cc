// SPDX-License-Identifier: MIT
// Middleware of the application: decides at once, later, or never.
#include <concepts>

#include "handlers/application.h"

namespace socketcluster::fuzz {

template <typename Request>
void Application::use(const Scene& scene, LineTag<Request> line) {
  bag_.middleware.push_back(
      server().use(line, [this, capture = capture(scene)](Request& request, Next next) {
        SC_ASSERT(phase_ != Phase::kOver);
        decide(request, std::move(next), capture);
      }));
}

template <typename Request>
void Application::look(Request& request) {
  if constexpr (std::derived_from<Request, DataRequest>) {
    if (in_.one_in(2)) request.set_data(data());
    SC_ASSERT(!request.data().is_double());
  }
  if constexpr (std::derived_from<Request, PublishInRequest>) {
    if (in_.one_in(3)) request.set_ack_data(data());
  }
  if constexpr (std::derived_from<Request, PublishOutRequest>) {
    if (in_.one_in(3)) request.set_use_cache(true);
  }
  if constexpr (std::derived_from<Request, AuthenticateRequest>) {
    SC_ASSERT(request.auth_token().is_object());
  }
  if constexpr (std::derived_from<Request, SocketRequest>) {
    SC_ASSERT(request.socket().id().size() == 20);
  } else {
    if (in_.one_in(3)) bag_.requests.push_back(request.http());
  }
}

template <typename Request>
void Application::decide(Request& request, Next next, const Capture& capture) {
  auto decision = std::make_shared<Decision>();
  decision->next = std::move(next);
  decision->look = [this, &request] { look(request); };
  Scene scene;
  if constexpr (std::derived_from<Request, SocketRequest>) {
    scene = {.socket = &request.socket(), .is_handle = true};
  }
  const std::size_t how = in_.below(8);
  if (how == 1 || how == 2) bag_.decisions.push_back(decision);
  if (how == 3) look(request);
  try {
    called(capture, scene);
  } catch (...) {
    decision->is_made = true;
    throw;
  }
  if (how == 4) decision->is_made = true;  // dropped
  if (how == 0 || how > 4) (*decision->next)();
  if (how == 0 || how > 4) decision->is_made = true;
  if (how == 2) call(*decision);
}

void Application::call(Decision& decision) {
  if (!decision.is_made) decision.look();
  decision.is_made = true;
  const Next next = *decision.next;
  switch (in_.below(6)) {
    case 1:
      return next(error());
    case 2:
      return next(error(), in_.one_in(2) ? 4500 : 17);
    case 3:
      return next(error(), in_.one_in(2) ? BadToken::kYes : BadToken::kNo);
    case 4:
      return next.block_silently();
    default:
      return next();
  }
}

void Application::use_kept_next(Scene& /*scene*/) {
  if (const auto decision = kept(bag_.decisions); decision) call(**decision);
}
void Application::drop_next(Scene& /*scene*/) {
  drop(bag_.decisions);
}
void Application::drop_request(Scene& /*scene*/) {
  if (const auto request = kept(bag_.requests)) SC_ASSERT(!request->method().empty());
  drop(bag_.requests);
}

void Application::use_middleware(Scene& scene) {
  switch (in_.below(7)) {
    case 0:
      return use(scene, Line::kHandshakeWs);
    case 1:
      return use(scene, Line::kHandshakeSc);
    case 2:
      return use(scene, Line::kAuthenticate);
    case 3:
      return use(scene, Line::kEmit);
    case 4:
      return use(scene, Line::kSubscribe);
    case 5:
      return use(scene, Line::kPublishIn);
    default:
      return use(scene, Line::kPublishOut);
  }
}
void Application::remove_middleware(Scene& /*scene*/) {
  if (const auto id = kept(bag_.middleware)) server().remove_middleware(*id);
}

}  // namespace socketcluster::fuzz
