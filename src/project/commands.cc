// SPDX-License-Identifier: MIT
#include "project/commands.h"

#include <algorithm>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include "base/printable.h"
#include "project/create.h"

namespace socketcluster::project {
namespace {

using Words = std::vector<std::string>;

constexpr int kOk = 0;
constexpr int kWrongUsage = 2;

constexpr std::string_view kCreatePage =
    R"(Usage: socketcluster create <appname> [--force]

Makes the folder <appname> with a server in C++ (worker.cpp, broker.cpp), a page that shows it at
work, CMakeLists.txt, Dockerfile and Kubernetes manifests, and lets npm install the page's client.

  -f, --force    overwrite the files in a folder that is there already, without asking
  -h, --help     print this page

The name may have 1 to 50 letters, digits, - and _, and begins with a letter.

Examples:
  socketcluster create chat
  cd chat && socketcluster run
)";

bool asks_for_help(const Words& words) {
  return std::any_of(words.begin(), words.end(),
                     [](std::string_view word) { return word == "-h" || word == "--help"; });
}

int print(std::string_view page) {
  std::cout << page << std::flush;
  return kOk;
}

int create(const Words& words) {
  if (asks_for_help(words)) return print(kCreatePage);
  CreateRequest request;
  bool has_name = false;
  for (const std::string& word : words) {
    if (word == "-f" || word == "--force") {
      request.force = true;
    } else if (word.starts_with('-') || has_name) {
      std::cerr << "[Error] create does not take '" << base::printable(word, 60)
                << "' (see 'socketcluster create --help')" << std::endl;
      return kWrongUsage;
    } else {
      request.app_name = word;
      has_name = true;
    }
  }
  return create_app(request, {std::cin, std::cout, std::cerr});
}

}  // namespace

std::optional<int> run_project_command(int argc, const char* const* argv) {
  if (argc < 2) return std::nullopt;
  const std::string_view command = argv[1];
  const Words words(argv + 2, argv + argc);
  if (command == "create") return create(words);
  return std::nullopt;
}

}  // namespace socketcluster::project
