// SPDX-License-Identifier: MIT
#include "app/controller_file.h"

#include <cxxabi.h>
#include <dlfcn.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <memory>

#include "app/controller_copy.h"
#include "app/controller_libraries.h"
#include "base/printable.h"

namespace socketcluster::app {
namespace {

constexpr std::size_t kShownBytes = 200;

std::string readable(const char* symbol) {
  int status = 0;
  const std::unique_ptr<char, decltype(&std::free)> name(
      abi::__cxa_demangle(symbol, nullptr, nullptr, &status), &std::free);
  return status == 0 ? name.get() : symbol;
}

// What the dynamic linker has said, without the name of the copy, and with that of a function as it
// is written.
base::Failure linker_failure(std::string_view loaded_path) {
  const char* const said = ::dlerror();
  std::string_view text = said == nullptr ? "it cannot be loaded" : said;
  if (text.starts_with(loaded_path)) text.remove_prefix(loaded_path.size());
  while (text.starts_with(':') || text.starts_with(' ')) text.remove_prefix(1);
  constexpr std::string_view kMissing = ": cannot open shared object file: No such file";
  if (const std::size_t end = text.find(kMissing); end != std::string_view::npos) {
    return {"it needs " + std::string(text.substr(0, end)) +
            ", which is not found; put that beside it, and link it with -Wl,-rpath,'$ORIGIN'"};
  }
  constexpr std::string_view kUndefined = "undefined symbol: ";
  if (!text.starts_with(kUndefined)) return {std::string(text)};
  std::string symbol(text.substr(kUndefined.size()));
  symbol.resize(std::min(symbol.find_first_of(" ,"), symbol.size()));
  return {"it needs " + readable(symbol.c_str()) +
          ", which is neither in this program nor in a library that it names; link that library"};
}

template <typename Function>
Function* entry_of(void* library, const char* name) {
  return reinterpret_cast<Function*>(::dlsym(library, name));
}

template <std::size_t kSize>
std::string text_of(const char (&field)[kSize]) {
  return base::printable(std::string_view(field, ::strnlen(field, kSize)), kShownBytes);
}

base::Result<ControllerFile> load(const std::string& path) {
  void* const library = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) return linker_failure(path);
  return ControllerFile{
      .worker = entry_of<void(Worker&)>(library, "socketcluster_worker_controller"),
      .broker = entry_of<void(Broker&)>(library, "socketcluster_broker_controller"),
      .master = entry_of<void(Master&)>(library, "socketcluster_master_controller")};
}

base::Result<ControllerFile> check_and_load(const std::string& path, LoadFrom from) {
  base::Result<ControllerCopy> copy = ControllerCopy::read(path);
  if (!copy) return copy.error();
  if (base::Status object = check_shared_object(copy->bytes()); !object) return object.error();
  if (base::Status stamps = check_stamps(copy->bytes()); !stamps) return stamps.error();
  // A name without a slash would be looked for among the system's libraries.
  const bool is_bare = path.find('/') == std::string::npos;
  if (from == LoadFrom::kPlace) return load(is_bare ? "./" + path : path);
  for (const std::string& library : libraries_of_origin(copy->bytes(), path)) {
    if (::dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL) == nullptr) return linker_failure({});
  }
  base::Result<ControllerFile> file = load(copy->path());
  if (file) copy->keep();
  return file;
}

}  // namespace

base::Status check_stamps(std::string_view bytes) {
  const ControllerStamp own;
  // Without the terminating zero, which a text of this program about it would have, too.
  const std::string_view magic(own.magic, sizeof own.magic);
  std::size_t found = bytes.find(magic);
  if (found == std::string_view::npos) {
    return base::Failure{
        "it is no controller: its source has none of the macros of socketcluster/controller.h"};
  }
  for (; found != std::string_view::npos; found = bytes.find(magic, found + 1)) {
    if (bytes.size() - found < sizeof own) return base::Failure{"it is cut short; copy it again"};
    ControllerStamp stamp;
    std::memcpy(&stamp, bytes.data() + found, sizeof stamp);
    if (std::memcmp(stamp.version, own.version, sizeof own.version) != 0) {
      return base::Failure{"it was built with SocketCluster " + text_of(stamp.version) +
                           ", this program is " + text_of(own.version) + "; build it again"};
    }
    if (std::memcmp(stamp.library, own.library, sizeof own.library) != 0) {
      return base::Failure{"it was built for " + text_of(stamp.library) + ", this program for " +
                           text_of(own.library) + "; build it again with the usual settings"};
    }
    if (std::memcmp(stamp.layout, own.layout, sizeof own.layout) != 0) {
      return base::Failure{"it was built with the headers of another SocketCluster " +
                           text_of(own.version) + " than this program; build it again"};
    }
  }
  return base::Status::ok();
}

base::Result<ControllerFile> load_controller(std::string_view option, const std::string& path,
                                             LoadFrom from) {
  base::Result<ControllerFile> file = check_and_load(path, from);
  if (file) return file;
  return base::Failure{std::string(option) + " " + base::printable(path, kShownBytes) + ": " +
                       file.error().text};
}

}  // namespace socketcluster::app
