// SPDX-License-Identifier: MIT
#include "project/template_files.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string_view>
#include <system_error>
#include <utility>

#include "base/printable.h"

namespace socketcluster::project {
namespace {

namespace fs = std::filesystem;

// Not a part of the template: npm brings it.
constexpr std::string_view kClientFile = "socketcluster-client.min.js";

base::Failure failure(std::string_view what, const fs::path& path, std::string_view why) {
  return {std::string(what) + " " + base::printable(path.native()) + ": " + std::string(why)};
}

base::Status write_file(const fs::path& path, std::string_view text) {
  std::error_code error;
  fs::remove(path, error);
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (fd < 0) return failure("cannot write", path, std::strerror(errno));
  int problem = 0;
  while (!text.empty() && problem == 0) {
    const ssize_t written = ::write(fd, text.data(), text.size());
    if (written >= 0) text.remove_prefix(static_cast<std::size_t>(written));
    if (written < 0 && errno != EINTR) problem = errno;
  }
  if (::close(fd) != 0 && problem == 0) problem = errno;
  if (problem != 0) return failure("cannot write", path, std::strerror(problem));
  return base::Status::ok();
}

base::Status copy_file(const fs::path& from, const fs::path& to, const TemplateValues& values) {
  std::ifstream file(from, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  if (!file) return failure("cannot read", from, "reading failed");
  return write_file(to, fill_in(text, values));
}

}  // namespace

std::string fill_in(std::string text, const TemplateValues& values) {
  const std::array<std::pair<std::string_view, std::string_view>, 3> replacements = {
      {{"@APP_NAME@", values.app_name},
       {"@APP_ID@", values.app_id},
       {"@VERSION@", values.version}}};
  for (const auto& [placeholder, value] : replacements) {
    for (std::size_t at = text.find(placeholder); at != std::string::npos;
         at = text.find(placeholder, at + value.size())) {
      text.replace(at, placeholder.size(), value);
    }
  }
  return text;
}

base::Status copy_template(const fs::path& from, const fs::path& to, const TemplateValues& values) {
  std::error_code error;
  fs::create_directories(to, error);
  if (error) return failure("cannot make", to, error.message());
  // In a build tree the template consists of links.
  fs::recursive_directory_iterator entry(from, fs::directory_options::follow_directory_symlink,
                                         error);
  for (; !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
    const fs::path target = to / entry->path().lexically_relative(from);
    if (entry->is_directory(error)) {
      fs::create_directories(target, error);
      if (error) return failure("cannot make", target, error.message());
    } else if (entry->path().filename() != kClientFile) {
      base::Status copied = copy_file(entry->path(), target, values);
      if (!copied) return copied;
    }
  }
  if (error) return failure("cannot read", from, error.message());
  return base::Status::ok();
}

}  // namespace socketcluster::project
