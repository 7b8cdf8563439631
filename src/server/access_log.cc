// SPDX-License-Identifier: MIT
#include "server/access_log.h"

#include <utility>

#include "http/http_connection.h"
#include "server/access_log_format.h"

namespace socketcluster::server {

base::Result<std::unique_ptr<AccessLog>> AccessLog::open(net::EventLoop& loop, base::Log& log,
                                                         const Options& options,
                                                         const Forwarding& forwarding) {
  auto file = LogFile::open(loop, log, options.access_log);
  if (!file) return file.error();
  return std::unique_ptr<AccessLog>(
      new AccessLog(std::move(*file), options.access_log_format, forwarding));
}

void AccessLog::on_answered(const http::AccessRecord& record) {
  const std::int64_t now = http::HttpService::system_clock_seconds();
  line_.clear();
  switch (format_) {
    case AccessLogFormat::kCombined:
      append_combined_line(line_, record, client_of(record), now);
      break;
    case AccessLogFormat::kJson:
      append_json_line(line_, record, client_of(record), now);
      break;
  }
  file_->append(line_);
}

std::string AccessLog::client_of(const http::AccessRecord& record) const {
  if (record.request == nullptr || !forwarding_.has_trusted()) return record.peer;
  std::string client = forwarding_.client_of(*record.request, record.peer);
  return client.empty() ? record.peer : client;
}

}  // namespace socketcluster::server
