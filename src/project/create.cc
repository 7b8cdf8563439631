// SPDX-License-Identifier: MIT
#include "project/create.h"

#include <istream>
#include <ostream>
#include <string_view>
#include <system_error>

#include <socketcluster/version.h>

#include "base/printable.h"
#include "project/app_name.h"
#include "project/command.h"
#include "project/program_place.h"
#include "project/template_files.h"

namespace socketcluster::project {
namespace {

namespace fs = std::filesystem;

constexpr int kOk = 0;
constexpr int kFailed = 1;
constexpr int kWrongUsage = 2;

// One run of the command.
class Creation {
 public:
  Creation(const CreateRequest& request, Terminal terminal)
      : request_(request), terminal_(terminal) {}

  int run() {
    if (const base::Status name = check_app_name(request_.app_name); !name) {
      error("The 'create' command requires a valid <appname> as argument.");
      terminal_.err << name.error().text << "\nUsage: socketcluster create <appname> [--force]"
                    << std::endl;
      return kWrongUsage;
    }
    std::error_code problem;
    folder_ = fs::current_path(problem) / request_.app_name;
    if (problem) return error("The working directory is not there: " + problem.message());
    if (!may_write()) return kFailed;
    if (const base::Status copied = copy_files(); !copied) {
      return error("Failed to create SocketCluster sample: " + copied.error().text);
    }
    if (!install_client()) return kFailed;
    say_what_is_next();
    return kOk;
  }

 private:
  std::string shown() const { return base::printable(folder_.native()); }

  int error(std::string_view text) const {
    terminal_.err << "[Error] " << text << std::endl;
    return kFailed;
  }

  // Asks about what is there already.
  bool may_write() const {
    std::error_code problem;
    const fs::file_status status = fs::symlink_status(folder_, problem);
    if (!fs::exists(status)) return true;
    if (!fs::is_directory(folder_, problem)) {
      error("There is already a file at " + shown() + "; choose another name.");
      return false;
    }
    return request_.force || confirms_overwriting();
  }

  bool confirms_overwriting() const {
    std::string answer;
    for (;;) {
      terminal_.out << "There is already a directory at " << shown()
                    << ". Do you want to overwrite it? (y/n) " << std::flush;
      if (!std::getline(terminal_.in, answer)) {
        terminal_.out << std::endl;
        error("Nobody answers; --force overwrites it without asking.");
        return false;
      }
      if (answer == "y" || answer == "Y" || answer == "yes") return true;
      if (answer != "n" && answer != "N" && answer != "no") continue;
      error("The 'create' command was aborted.");
      return false;
    }
  }

  base::Status copy_files() const {
    const fs::path from = program_prefix() / "share" / "socketcluster" / "templates" / "app";
    std::error_code problem;
    if (!fs::is_directory(from, problem)) {
      return base::Failure{"its files are not at " + base::printable(from.native()) +
                           "; install SocketCluster again"};
    }
    terminal_.out << "Creating app structure..." << std::endl;
    return copy_template(from, folder_,
                         {.app_name = request_.app_name,
                          .app_id = app_id(request_.app_name),
                          .version = SOCKETCLUSTER_VERSION_STRING});
  }

  // The app is complete without npm; its page is not.
  bool install_client() const {
    if (!is_in_path("npm")) {
      terminal_.err << "[Warning] npm is not installed, so the page has no client yet: install "
                       "Node.js with npm, then run 'npm install' in "
                    << shown() << std::endl;
      return true;
    }
    terminal_.out << "Installing app dependencies using npm. This could take a while..."
                  << std::endl;
    const base::Result<pid_t> npm = start_command(
        {.words = {"npm", "install", "--no-audit", "--no-fund"}, .directory = folder_});
    const int code = npm ? wait_for(*npm) : kFailed;
    if (code == kOk && has_client()) return true;
    error("npm has failed with code " + std::to_string(code) +
          ", so the page has no client yet. Everything else is there: run 'npm install' in " +
          shown() + " again.");
    return false;
  }

  void say_what_is_next() const {
    terminal_.out << "[Success] SocketCluster sample '" << shown() << "' was setup successfully.\n"
                  << "Next:\n  cd " << request_.app_name
                  << "\n  socketcluster run          builds it and serves http://localhost:8000"
                  << std::endl;
    if (!can_build_apps()) {
      terminal_.err << "[Warning] What builds it is not installed: " << kBuildRemedy << std::endl;
    }
  }

  // npm may be set up to run no scripts of packages (ignore-scripts).
  bool has_client() const {
    const fs::path client = "socketcluster-client.min.js";
    std::error_code problem;
    fs::copy_file(folder_ / "node_modules" / "socketcluster-client" / client,
                  folder_ / "public" / client, fs::copy_options::overwrite_existing, problem);
    return !problem;
  }

  const CreateRequest& request_;
  Terminal terminal_;
  fs::path folder_;
};

}  // namespace

int create_app(const CreateRequest& request, Terminal terminal) {
  return Creation(request, terminal).run();
}

}  // namespace socketcluster::project
