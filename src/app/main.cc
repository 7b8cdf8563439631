// SPDX-License-Identifier: MIT
// The stock `socketcluster` program: a complete publish/subscribe server without a line of user
// code, and the commands that make and run an app with some. Unlike a user's program it explains
// itself when it is called without a command.
#include <iostream>

#include "app/entry.h"
#include "project/create.h"
#include "project/run.h"

namespace {

int create(const socketcluster::config::CreateWords& words) {
  return socketcluster::project::create_app({.app_name = words.app_name, .force = words.force},
                                            {std::cin, std::cout, std::cerr});
}

int run(const socketcluster::config::RunWords& words) {
  return socketcluster::project::run_app({.watch = words.watch, .arguments = words.arguments});
}

}  // namespace

int main(int argc, char** argv) {
  return socketcluster::app::enter({}, argc, argv, {}, {.create = &create, .run = &run});
}
