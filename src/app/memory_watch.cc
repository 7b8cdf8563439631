// SPDX-License-Identifier: MIT
#include "app/memory_watch.h"

#include <unistd.h>

#include <fstream>
#include <utility>

namespace socketcluster::app {

std::size_t resident_bytes() {
  std::ifstream file("/proc/self/statm");
  std::size_t total_pages = 0, resident_pages = 0;
  if (!(file >> total_pages >> resident_pages)) return 0;
  return resident_pages * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

MemoryWatch::MemoryWatch(net::EventLoop& loop, std::size_t threshold,
                         std::chrono::milliseconds interval, Handler on_too_much)
    : loop_(loop),
      threshold_(threshold),
      interval_(interval),
      on_too_much_(std::move(on_too_much)) {
  if (threshold_ != 0) arm();
}

void MemoryWatch::arm() {
  loop_.timers().arm(*this, loop_.now_ms() + static_cast<std::uint64_t>(interval_.count()));
}

void MemoryWatch::on_timer() {
  const std::size_t bytes = resident_bytes();
  if (bytes <= threshold_) return arm();
  on_too_much_(bytes);
}

}  // namespace socketcluster::app
