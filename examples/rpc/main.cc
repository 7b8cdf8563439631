// SPDX-License-Identifier: MIT
// An RPC service: procedures that clients call with invoke(), errors that they can act upon, and an
// answer that comes later.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include <socketcluster/socketcluster.h>

namespace sc = socketcluster;

namespace {

sc::Error validation_error(std::string_view field, std::string_view message) {
  return {"ValidationError", message, {{"field", field}}};
}

// A member of the arguments; null when it is not there.
sc::Json argument(const sc::Json& arguments, std::string_view name) {
  const sc::JsonObject* object = arguments.if_object();
  const sc::Json* value = object == nullptr ? nullptr : object->if_contains(name);
  return value == nullptr ? sc::Json() : *value;
}

// {numbers: [1, 2.5, ...]} -> their sum
void sum(const sc::Json& arguments, const sc::Respond& respond) {
  const sc::Json numbers = argument(arguments, "numbers");
  if (!numbers.is_array()) return respond(validation_error("numbers", "must be an array"));
  double total = 0;
  for (const sc::Json& number : numbers.get_array()) {
    if (!number.is_number()) return respond(validation_error("numbers", "must be numbers"));
    total += number.to_number<double>();
  }
  respond(total);
}

// {dividend, divisor} -> {quotient, remainder}
void divide(const sc::Json& arguments, const sc::Respond& respond) {
  const sc::Json dividend = argument(arguments, "dividend");
  const sc::Json divisor = argument(arguments, "divisor");
  if (!dividend.is_int64()) return respond(validation_error("dividend", "must be an integer"));
  if (!divisor.is_int64()) return respond(validation_error("divisor", "must be an integer"));
  const std::int64_t a = dividend.get_int64();
  const std::int64_t b = divisor.get_int64();
  if (b == 0) return respond(sc::Error("RangeError", "Division by zero"));
  if (b == -1) return respond({{"quotient", -static_cast<double>(a)}, {"remainder", 0}});
  respond({{"quotient", a / b}, {"remainder", a % b}});
}

// {text} -> the text in capitals. at() and as_string() throw when the argument is not what they
// expect; the caller gets that as an error as well.
void shout(const sc::Json& arguments, const sc::Respond& respond) {
  std::string text(arguments.at("text").as_string());
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
  respond(sc::Json(text));
}

// {seconds} -> {waited} after that time. Other calls are answered meanwhile; when the caller goes
// away before, the answer goes nowhere.
void wait(sc::Worker& worker, const sc::Json& arguments, const sc::Respond& respond) {
  const sc::Json seconds = argument(arguments, "seconds");
  const double value = seconds.is_number() ? seconds.to_number<double>() : -1;
  if (!(value >= 0 && value <= 60)) return respond(validation_error("seconds", "must be 0 to 60"));
  const std::chrono::milliseconds delay(static_cast<std::int64_t>(value * 1000));
  worker.set_timeout(delay, [respond, value] { respond({{"waited", value}}); });
}

void run_worker(sc::Worker& worker) {
  sc::Server& server = worker.server();
  using Procedure = void (*)(const sc::Json& arguments, const sc::Respond& respond);
  const auto serve = [&server](std::string_view name, Procedure procedure) {
    server.on(name, [procedure](sc::Socket&, const sc::Json& arguments,
                                const sc::Respond& respond) { procedure(arguments, respond); });
  };
  serve("sum", sum);
  serve("divide", divide);
  serve("shout", shout);
  server.on("wait", [&worker](sc::Socket&, const sc::Json& arguments, const sc::Respond& respond) {
    wait(worker, arguments, respond);
  });
}

}  // namespace

int main(int argc, char** argv) {
  return sc::run(argc, argv, {.worker = run_worker});
}
