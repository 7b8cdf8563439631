// SPDX-License-Identifier: MIT
#include "broker_node/acknowledgement.h"

#include <gtest/gtest.h>

#include <vector>

namespace socketcluster::broker_node {
namespace {

struct TestOutput final : OutputStream {
  std::uint64_t written_bytes() const override { return written; }
  std::uint64_t taken_bytes() const override { return taken; }
  std::uint64_t written = 0;
  std::uint64_t taken = 0;
};

using Outputs = std::vector<const OutputStream*>;

TEST(Acknowledgement, IsGivenAtOnceWhenNothingWaits) {
  TestOutput output;
  output.written = output.taken = 5;
  Acknowledgement acknowledgement;
  EXPECT_EQ(acknowledgement.batch_done(3, Outputs{&output}), 3U);
  EXPECT_EQ(acknowledgement.batch_done(4, Outputs{}), 4U);
  EXPECT_FALSE(acknowledgement.is_waiting());
}

TEST(Acknowledgement, WaitsForEveryOutputUpToWhatWasWrittenThen) {
  TestOutput first;
  TestOutput second;
  first.written = second.written = 10;
  Acknowledgement acknowledgement;
  EXPECT_FALSE(acknowledgement.batch_done(1, Outputs{&first, &second}));
  first.written = second.written = 1000;  // what comes later is not waited for
  first.taken = 10;
  EXPECT_FALSE(acknowledgement.advance());
  second.taken = 9;
  EXPECT_FALSE(acknowledgement.advance());
  second.taken = 10;
  EXPECT_EQ(acknowledgement.advance(), 1U);
  EXPECT_FALSE(acknowledgement.advance());
}

TEST(Acknowledgement, LaterBatchesWaitTogetherBehindTheCurrentOne) {
  TestOutput slow;
  slow.written = 10;
  Acknowledgement acknowledgement;
  EXPECT_FALSE(acknowledgement.batch_done(1, Outputs{&slow}));
  slow.written = 20;
  EXPECT_FALSE(acknowledgement.batch_done(2, Outputs{&slow}));
  slow.written = 30;
  EXPECT_FALSE(acknowledgement.batch_done(3, Outputs{&slow}));
  EXPECT_FALSE(acknowledgement.batch_done(4, Outputs{}));  // in order: not before the others
  slow.taken = 10;
  EXPECT_EQ(acknowledgement.advance(), 1U);
  slow.taken = 29;
  EXPECT_FALSE(acknowledgement.advance());
  slow.taken = 30;
  EXPECT_EQ(acknowledgement.advance(), 4U);
  EXPECT_FALSE(acknowledgement.is_waiting());
}

TEST(Acknowledgement, GivesBothBatchesAtOnceWhenBothAreDone) {
  TestOutput slow;
  slow.written = 10;
  Acknowledgement acknowledgement;
  EXPECT_FALSE(acknowledgement.batch_done(1, Outputs{&slow}));
  slow.written = 20;
  EXPECT_FALSE(acknowledgement.batch_done(2, Outputs{&slow}));
  slow.taken = 20;
  EXPECT_EQ(acknowledgement.advance(), 2U);
}

TEST(Acknowledgement, DoesNotWaitForAnOutputThatHasEnded) {
  TestOutput gone;
  TestOutput slow;
  gone.written = slow.written = 10;
  Acknowledgement acknowledgement;
  EXPECT_FALSE(acknowledgement.batch_done(1, Outputs{&gone}));
  EXPECT_FALSE(acknowledgement.batch_done(2, Outputs{&gone, &slow}));
  acknowledgement.forget(gone);
  EXPECT_EQ(acknowledgement.advance(), 1U);
  slow.taken = 10;
  EXPECT_EQ(acknowledgement.advance(), 2U);
}

}  // namespace
}  // namespace socketcluster::broker_node
