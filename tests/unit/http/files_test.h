// SPDX-License-Identifier: MIT
// A server of the files below root/ of a temporary directory, at a fixed time of day.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "http/http_connection.h"
#include "http/static_files.h"
#include "unit/http/client_end.h"
#include "unit/http/temporary_directory.h"

namespace socketcluster::http::test {

inline std::int64_t fixed_clock() {
  return 1'700'000'000;
}

class FilesTest : public ::testing::Test {
 protected:
  // As every process that serves does: see net::Connection::send_file().
  FilesTest() { std::signal(SIGPIPE, SIG_IGN); }

  // REQUIRES: root/ exists.
  void serve(StaticFilesOptions options = {}) {
    auto opened = StaticFiles::open(root().string(), &fixed_clock, std::move(options));
    ASSERT_TRUE(opened.has_value());
    for (int i = 0; i < 1000 && loop_.connection_count() > 0; ++i) {
      loop_.run_once(std::chrono::milliseconds(1));
    }
    files_ = std::move(*opened);
    service_ = std::make_unique<HttpService>(*files_, HttpOptions{}, &fixed_clock);
  }
  // A file below root/ that has not changed for `age` seconds.
  void add(const std::string& name, std::string_view text, std::int64_t age = 100) {
    directory_.write("root/" + name, text);
    const timespec time{fixed_clock() - age, 0};
    const timespec times[2] = {time, time};
    ASSERT_EQ(::utimensat(AT_FDCWD, (root() / name).c_str(), times, 0), 0);
  }

  std::filesystem::path root() const { return directory_.path() / "root"; }
  ClientEnd connect() {
    return ClientEnd(loop_, [this](net::Connection& connection) { service_->serve(connection); });
  }
  std::string ask(std::string_view method, std::string_view target, std::string_view fields = "") {
    ClientEnd client = connect();
    client.send(std::string(method) + " " + std::string(target) +
                " HTTP/1.1\r\nHost: h\r\nConnection: close\r\n" + std::string(fields) + "\r\n");
    return client.receive_all();
  }
  static std::string status_of(const std::string& response) { return response.substr(9, 3); }
  static std::string body_of(const std::string& response) {
    return response.substr(response.find("\r\n\r\n") + 4);
  }
  static std::string field_of(const std::string& response, const std::string& name) {
    const std::size_t at = response.find("\r\n" + name + ": ");
    if (at == std::string::npos) return "";
    const std::size_t start = at + name.size() + 4;
    return response.substr(start, response.find("\r\n", start) - start);
  }

  TemporaryDirectory directory_;
  std::unique_ptr<StaticFiles> files_;
  std::unique_ptr<HttpService> service_;
  net::EventLoop loop_;
};

}  // namespace socketcluster::http::test
