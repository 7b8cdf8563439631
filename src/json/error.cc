// SPDX-License-Identifier: MIT
#include <socketcluster/error.h>

#include <utility>

namespace socketcluster {

Error::Error(std::string_view message) : json_(JsonObject{{"message", message}}) {}

Error::Error(std::string_view name, std::string_view message, const JsonObject& fields)
    : json_(JsonObject{{"message", message}, {"name", name}}) {
  for (const auto& field : fields) json_.get_object().emplace(field.key(), field.value());
}

Error Error::from_json(Json value) {
  Error error;
  error.json_ = std::move(value);
  return error;
}

namespace {
std::string_view member_text(const Json& json, std::string_view key) {
  const JsonObject* object = json.if_object();
  const Json* member = object == nullptr ? nullptr : object->if_contains(key);
  return member != nullptr && member->is_string() ? std::string_view(member->get_string())
                                                  : std::string_view();
}
}  // namespace

std::string_view Error::name() const {
  return member_text(json_, "name");
}

std::string_view Error::message() const {
  return json_.is_string() ? std::string_view(json_.get_string()) : member_text(json_, "message");
}

}  // namespace socketcluster
