// SPDX-License-Identifier: MIT
// Passes descriptors from one process to another, each with a number, over a UNIX SEQPACKET socket:
// a message carries up to kPerMessage descriptors as SCM_RIGHTS and as many numbers (u64, in the
// machine's own order: both ends are on it).
//
// Thread rule: loop thread only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>

#include "base/result.h"
#include "base/unique_function.h"
#include "ipc/control_channel.h"
#include "net/event_loop.h"

namespace socketcluster::ipc {

struct NumberedDescriptor {
  int fd = -1;
  std::uint64_t number = 0;
};

// Two connected ends, closed on exec, not blocking.
base::Result<SocketPair> make_descriptor_pair();

class DescriptorSender final : public net::Pollable {
 public:
  static constexpr std::size_t kPerMessage = 64;

  // Takes over `fd`. `loop` must outlive it.
  DescriptorSender(net::EventLoop& loop, int fd);
  DescriptorSender(const DescriptorSender&) = delete;
  DescriptorSender& operator=(const DescriptorSender&) = delete;
  // What is still queued is not sent.
  ~DescriptorSender();

  // Passed on at the end of the iteration, or when the other process reads again. The descriptor
  // stays the caller's, who keeps it open until the other process tells that it has it, or cancels.
  void send(NumberedDescriptor item);
  // The caller closes this one before it was passed on.
  void cancel(std::uint64_t number);
  std::size_t queued() const { return queue_.size(); }

 private:
  struct Alive {
    DescriptorSender* sender;
  };
  void on_events(std::uint32_t events) override;
  void flush();
  bool send_some();

  net::EventLoop& loop_;
  int fd_;
  std::deque<NumberedDescriptor> queue_;
  std::shared_ptr<Alive> alive_;
  bool is_flush_due_ = false;
  bool is_waiting_ = false;  // for the kernel's queue to have room
};

class DescriptorReceiver final : public net::Pollable {
 public:
  // Is given the ownership of the descriptor; -1 for one that this process had no room for, of
  // which only the number has arrived.
  using Handler = base::UniqueFunction<void(NumberedDescriptor item)>;

  // Takes over `fd`. `loop` must outlive it. Stops silently when the other end closes.
  DescriptorReceiver(net::EventLoop& loop, int fd, Handler handler);
  DescriptorReceiver(const DescriptorReceiver&) = delete;
  DescriptorReceiver& operator=(const DescriptorReceiver&) = delete;
  ~DescriptorReceiver();

 private:
  void on_events(std::uint32_t events) override;
  bool receive_some();

  net::EventLoop& loop_;
  int fd_;
  Handler handler_;
};

}  // namespace socketcluster::ipc
