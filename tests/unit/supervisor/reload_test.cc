// SPDX-License-Identifier: MIT
#include "supervisor/reload.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

namespace socketcluster::supervisor {
namespace {

struct Recorder final : Reload::Actions {
  bool start_successor(std::uint32_t slot) override {
    started.push_back(slot);
    return can_start;
  }
  void reload_finished(bool is_complete) override { is_complete ? ++complete : ++incomplete; }

  std::vector<std::uint32_t> started;
  bool can_start = true;
  int complete = 0, incomplete = 0;
};

using Slots = std::vector<std::uint32_t>;

TEST(Reload, ReplacesOneAfterTheOther) {
  Recorder recorder;
  Reload reload(recorder);
  for (const std::uint32_t slot : {0U, 1U, 2U}) reload.add(slot);
  EXPECT_EQ(recorder.started, (Slots{0}));
  reload.settled(1);  // something else
  EXPECT_EQ(recorder.started, (Slots{0}));
  reload.settled(0);
  reload.settled(1);
  EXPECT_EQ(recorder.started, (Slots{0, 1, 2}));
  EXPECT_TRUE(reload.is_under_way());
  reload.settled(2);
  EXPECT_FALSE(reload.is_under_way());
  EXPECT_EQ(recorder.complete, 1);
}

TEST(Reload, AFailureEndsIt) {
  Recorder recorder;
  Reload reload(recorder);
  for (const std::uint32_t slot : {0U, 1U, 2U}) reload.add(slot);
  reload.failed(2);  // not its turn
  reload.settled(0);
  reload.failed(1);
  EXPECT_EQ(recorder.started, (Slots{0, 1}));
  EXPECT_EQ(recorder.incomplete, 1);
  EXPECT_FALSE(reload.is_under_way());
  reload.add(0);  // the next one begins anew
  EXPECT_EQ(recorder.started, (Slots{0, 1, 0}));
}

TEST(Reload, AProcessThatCannotBeStartedEndsIt) {
  Recorder recorder;
  recorder.can_start = false;
  Reload reload(recorder);
  reload.add(0);
  EXPECT_EQ(recorder.incomplete, 1);
  EXPECT_FALSE(reload.is_under_way());
}

TEST(Reload, ReplacesAgainWhatIsAskedForMeanwhile) {
  Recorder recorder;
  Reload reload(recorder);
  for (const std::uint32_t slot : {0U, 1U}) reload.add(slot);
  for (const std::uint32_t slot : {0U, 1U}) reload.add(slot);  // 1 has not had its turn yet
  reload.settled(0);
  reload.settled(1);
  reload.settled(0);
  EXPECT_EQ(recorder.started, (Slots{0, 1, 0}));
  EXPECT_EQ(recorder.complete, 1);
}

}  // namespace
}  // namespace socketcluster::supervisor
