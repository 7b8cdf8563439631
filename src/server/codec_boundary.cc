// SPDX-License-Identifier: MIT
#include "server/codec_boundary.h"

#include <exception>
#include <utility>

namespace socketcluster::server {
namespace {

// Peers decide what is decoded, so they must not be able to fill the log.
constexpr std::uint64_t kWarningIntervalMs = 1000;

}  // namespace

CodecBoundary::CodecBoundary(net::EventLoop& loop, WorkerLog& log, Warn warn,
                             std::unique_ptr<Codec> codec)
    : loop_(loop),
      log_(log),
      warn_(std::move(warn)),
      codec_(std::move(codec)),
      is_binary_(codec_->is_binary()) {}

bool CodecBoundary::decode(std::string_view frame, bool is_binary, std::string& packet_json) {
  try {
    return codec_->decode(frame, is_binary, packet_json);
  } catch (const std::exception& error) {
    decoding_threw(error.what());
  } catch (...) {
    decoding_threw("unknown exception");
  }
  return false;
}

// A warning only, whatever `crashWorkerOnError` says: else any client could end the worker.
void CodecBoundary::decoding_threw(std::string_view what) {
  if (loop_.now_ms() < next_warning_ms_) return;
  next_warning_ms_ = loop_.now_ms() + kWarningIntervalMs;
  warn_("the codec threw at a client's message: " + std::string(what));
}

bool CodecBoundary::encode(std::string_view packet_json, std::string& frame) {
  try {
    codec_->encode(packet_json, frame);
    return true;
  } catch (const std::exception& error) {
    log_.user_code_threw(std::string("the codec threw at a packet of the server: ") + error.what());
  } catch (...) {
    log_.user_code_threw("the codec threw at a packet of the server: unknown exception");
  }
  return false;
}

}  // namespace socketcluster::server
