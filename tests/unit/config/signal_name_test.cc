// SPDX-License-Identifier: MIT
#include "config/signal_name.h"

#include <gtest/gtest.h>

#include <csignal>

namespace socketcluster::config {
namespace {

TEST(SignalName, KnowsThoseThatEndAProcess) {
  EXPECT_EQ(signal_number("SIGHUP"), SIGHUP);
  EXPECT_EQ(signal_number("SIGKILL"), SIGKILL);
  EXPECT_EQ(signal_number("SIGUSR2"), SIGUSR2);
}

TEST(SignalName, RefusesWhatWouldNotEndIt) {
  for (const char* name : {"", "HUP", "sighup", "SIGSTOP", "SIGCONT", "SIGCHLD", "1"})
    EXPECT_EQ(signal_number(name), std::nullopt) << name;
}

}  // namespace
}  // namespace socketcluster::config
