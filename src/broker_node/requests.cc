// SPDX-License-Identifier: MIT
#include "broker_node/requests.h"

#include <optional>
#include <utility>

#include "broker/frames.h"
#include "json/text.h"
#include "json/value.h"

namespace socketcluster::broker_node {
namespace {

std::int64_t wall_ms() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

std::string error_answer(std::string_view text) {
  std::string answer(R"({"error":)");
  json::append_string(answer, text);
  return answer += '}';
}

std::string value_answer(const std::optional<Json>& value) {
  if (!value) return "{}";
  std::string answer = R"({"value":)" + json::to_text(*value) + '}';
  constexpr std::size_t kFrameRoom = 16;
  if (answer.size() <= broker::kMaxFrameBytes - kFrameRoom) return answer;
  return error_answer("The answer of the broker is too large");
}

std::string_view text_member(const JsonObject& object, std::string_view name) {
  const Json* member = object.if_contains(name);
  return member != nullptr && member->is_string() ? std::string_view(member->get_string())
                                                  : std::string_view();
}

// The worker that waits for the answer to one request.
class RequestSender final : public detail::MessageSender {
 public:
  RequestSender(std::shared_ptr<SessionLink> link, std::uint32_t id)
      : link_(std::move(link)), id_(id) {}

  void answer(const Error* error, const Json& data) override {
    if (!is_waiting()) return;
    const auto link = std::exchange(link_, nullptr);
    link->session->respond(id_,
                           error != nullptr ? error_answer(error->message()) : value_answer(data));
  }
  bool is_waiting() const override { return link_ != nullptr && link_->session != nullptr; }

 private:
  std::shared_ptr<SessionLink> link_;  // null when it is answered
  std::uint32_t id_;
};

}  // namespace

Requests::Requests(net::EventLoop& loop, UserEvents& events, const broker::DataLimits& limits,
                   std::chrono::milliseconds sweep_interval)
    : loop_(loop), events_(events), data_(limits), sweep_interval_(sweep_interval) {}

void Requests::set_message_handler(MessageHandler handler) {
  on_message_ = handler ? std::make_shared<const MessageHandler>(std::move(handler)) : nullptr;
}

void Requests::set_procedure(std::string_view name, MessageHandler handler) {
  procedures_.insert_or_assign(std::string(name),
                               std::make_shared<const MessageHandler>(std::move(handler)));
}

void Requests::take(WorkerSession& session, std::uint32_t id, std::string_view json) {
  const std::optional<Json> request = json::parse_json(json);
  const std::string answer = request && request->is_object()
                                 ? answer_to(session, id, *request)
                                 : error_answer("A request to a broker must be a JSON object");
  if (!answer.empty()) session.respond(id, answer);
}

// Empty when the answer comes later.
std::string Requests::answer_to(WorkerSession& session, std::uint32_t id, const Json& request) {
  const JsonObject& object = request.get_object();
  const std::string_view action = text_member(object, "action");
  if (action == "send") {
    if (on_message_ == nullptr) return error_answer("The broker has no handler for messages");
    return hand_over(session, id, object, "a handler of messages", on_message_);
  }
  if (action == "run") {
    const std::string_view name = text_member(object, "procedure");
    const auto found = procedures_.find(name);
    if (found == procedures_.end()) {
      return error_answer("The broker has no procedure '" + std::string(name) + "'");
    }
    return hand_over(session, id, object, "the procedure '" + found->first + "'", found->second);
  }
  const broker::CommandResult result = execute(request);
  return result.error.empty() ? value_answer(result.value) : error_answer(result.error);
}

std::string Requests::hand_over(WorkerSession& session, std::uint32_t id, const JsonObject& request,
                                std::string_view what,
                                std::shared_ptr<const MessageHandler> handler) {
  const Json* data = request.if_contains("data");
  events_.message(what, std::move(handler), data == nullptr ? Json() : *data,
                  MessageRespond(std::make_shared<RequestSender>(session.link(), id)));
  return {};
}

// ---- The key-value store ----

broker::CommandResult Requests::execute(const Json& command) {
  broker::CommandResult result = data_.execute(command, wall_ms());
  if (!is_armed() && data_.expirer().size() > 0) sweep_later(sweep_interval_);
  return result;
}

void Requests::sweep_later(std::chrono::milliseconds delay) {
  loop_.timers().arm(*this, loop_.now_ms() + static_cast<std::uint64_t>(delay.count()));
}

void Requests::on_timer() {
  const bool has_more = data_.sweep(wall_ms());
  if (data_.expirer().size() == 0) return;
  sweep_later(has_more ? std::chrono::milliseconds(1) : sweep_interval_);
}

}  // namespace socketcluster::broker_node
