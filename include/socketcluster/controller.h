// SPDX-License-Identifier: MIT
// Controllers as shared objects, which the program `socketcluster` loads:
//
//   #include <socketcluster/controller.h>              // worker.cc
//   #include <socketcluster/socketcluster.h>
//
//   void run_worker(socketcluster::Worker& worker) { worker.http().serve_static("public"); }
//   SOCKETCLUSTER_WORKER_CONTROLLER(run_worker)
//
//   add_library(worker MODULE worker.cc)               # CMakeLists.txt
//   set_target_properties(worker PROPERTIES PREFIX "")
//   target_link_libraries(worker PRIVATE SocketCluster::controller)
//
//   socketcluster start --wc build/worker.so
//
// A file offers what its macros name, each at most once: a worker controller, a broker controller,
// a master controller. The option `workerController` wants the first, `brokerController` the
// second; `initController` takes whatever there is and calls it before the others, in every
// process. The same source can be linked into a program that calls run(); the macros do no harm
// there.
//
// The file is loaded at the start of each process and never unloaded. It uses the functions of the
// program, so it is linked with no library of this project, and must be built with the headers of
// the program's version: the program checks that before a line of the file runs.
#pragma once

#include <cstdint>
#include <version>

#include <socketcluster/broker.h>
#include <socketcluster/json.h>
#include <socketcluster/master.h>
#include <socketcluster/options.h>
#include <socketcluster/version.h>
#include <socketcluster/worker.h>

// The standard library as far as it changes what objects look like.
#if defined(_GLIBCXX_RELEASE)
#define SOCKETCLUSTER_DETAIL_LIBRARY "libstdc++"
#elif defined(_LIBCPP_VERSION)
#define SOCKETCLUSTER_DETAIL_LIBRARY "libc++"
#else
#define SOCKETCLUSTER_DETAIL_LIBRARY "another standard library"
#endif
#if defined(_GLIBCXX_USE_CXX11_ABI) && !_GLIBCXX_USE_CXX11_ABI
#define SOCKETCLUSTER_DETAIL_STRINGS ", strings of before C++11"
#else
#define SOCKETCLUSTER_DETAIL_STRINGS ""
#endif
#if defined(_GLIBCXX_DEBUG)
#define SOCKETCLUSTER_DETAIL_CONTAINERS ", debug containers"
#else
#define SOCKETCLUSTER_DETAIL_CONTAINERS ""
#endif

namespace socketcluster {

// What a file was built with. The program finds it in the bytes of the file, so it is plain data
// that needs no relocation. An array of characters ends with a zero.
struct ControllerStamp {
  char magic[32] = "SocketCluster controller stamp";
  char version[32] = SOCKETCLUSTER_VERSION_STRING;
  char library[96] =
      SOCKETCLUSTER_DETAIL_LIBRARY SOCKETCLUSTER_DETAIL_STRINGS SOCKETCLUSTER_DETAIL_CONTAINERS;
  // Between two releases the headers change without the version.
  std::uint32_t layout[4] = {sizeof(Options), sizeof(Worker), sizeof(Broker), sizeof(Json)};
};

// In each shared object that includes this header.
[[gnu::used]] inline constexpr ControllerStamp kControllerStamp{};

}  // namespace socketcluster

// `function` is called with a Worker& in each worker, before it accepts connections. An exception
// ends the process with its text. Use it at namespace scope, outside of any namespace.
#define SOCKETCLUSTER_WORKER_CONTROLLER(function)                                    \
  extern "C" [[gnu::visibility("default")]] void socketcluster_worker_controller(    \
      ::socketcluster::Worker& worker);                                              \
  extern "C" void socketcluster_worker_controller(::socketcluster::Worker& worker) { \
    (function)(worker);                                                              \
  }

// The same with a Broker& in each broker, before it serves workers.
#define SOCKETCLUSTER_BROKER_CONTROLLER(function)                                    \
  extern "C" [[gnu::visibility("default")]] void socketcluster_broker_controller(    \
      ::socketcluster::Broker& broker);                                              \
  extern "C" void socketcluster_broker_controller(::socketcluster::Broker& broker) { \
    (function)(broker);                                                              \
  }

// The same with a Master& in the master, before it starts anything. Only `initController` calls it.
#define SOCKETCLUSTER_MASTER_CONTROLLER(function)                                    \
  extern "C" [[gnu::visibility("default")]] void socketcluster_master_controller(    \
      ::socketcluster::Master& master);                                              \
  extern "C" void socketcluster_master_controller(::socketcluster::Master& master) { \
    (function)(master);                                                              \
  }
