// SPDX-License-Identifier: MIT
// The application that the conformance and interop tests talk to, on the public API only.
// tests/conformance/README.md describes its command line and what each scenario does.
#include <cstdlib>
#include <string>
#include <vector>

#include <socketcluster/socketcluster.h>

#include "scenarios.h"

namespace sc = socketcluster;

int main(int argc, char** argv) {
  std::string scenario;
  std::string options = "{}";
  std::vector<std::string> arguments = {argv[0], "start", "--host", "127.0.0.1"};
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    if (argument == "--scenario" && i + 1 < argc) {
      scenario = argv[++i];
    } else if (argument == "--options" && i + 1 < argc) {
      options = argv[++i];
    } else {
      arguments.push_back(argument);
    }
  }
  sc::Json parsed = boost::json::parse(options);
  parsed.as_object().emplace("authKey", "transcript-key");
  ::setenv("SOCKETCLUSTER_OPTIONS", boost::json::serialize(parsed).c_str(), 1);
  std::vector<char*> pointers;
  for (std::string& argument : arguments) pointers.push_back(argument.data());

  sc::Controllers controllers;
  if (const auto logic = conformance::find_scenario(scenario)) controllers.worker = logic;
  return sc::run(static_cast<int>(pointers.size()), pointers.data(), controllers);
}
