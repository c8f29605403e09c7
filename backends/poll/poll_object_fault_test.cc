// Python's poll object when poll(2) fails.

#include <cerrno>
#include <cstddef>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/backends/poll/poll_faults.h"
#include "someos/backends/poll/poll_object.h"
#include "someos/testing/clocks.h"
#include "someos/testing/faults/fault_plan.h"
#include "someos/testing/pipe.h"
#include "someos/testing/status_matchers.h"
#include "someos/testing/stream_io.h"

namespace someos::select {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

const std::optional<absl::Duration> kTimeouts[] = {std::nullopt, absl::Seconds(10)};

TEST(PollObjectFaultTest, AWaitThatFailsLosesNothing) {
  FaultPlan plan;
  const Pipe ready, quiet;
  Poll poll(FaultyPollSystem());
  ASSERT_THAT(poll.Register(ready.reader.get(), kPollIn), Succeeds());
  ASSERT_THAT(poll.Register(quiet.reader.get(), kPollIn), Succeeds());
  WriteText(ready.writer.get(), "x");
  for (const std::optional<absl::Duration> timeout : kTimeouts) {
    for (const int error : {EFAULT, EINTR, EINVAL, ENOMEM}) {
      plan.Fail("poll", error);
      absl::StatusOr<std::vector<PollEvent>> events = poll.Wait(timeout);
      EXPECT_TRUE(plan.done());
      if (error != EINTR) {
        EXPECT_THAT(events, FailsWithErrno(error, "poll"));
        events = poll.Wait(timeout);
      }
      EXPECT_THAT(events.value(), ElementsAre(PollEvent{ready.reader.get(), kPollIn}));
    }
  }
}

TEST(PollObjectFaultTest, WhatAnInterruptedCallLeftIsNotReported) {
  FaultPlan plan;
  const Pipe pipe;
  Poll poll(FaultyPollSystem());
  ASSERT_THAT(poll.Register(pipe.reader.get(), kPollIn), Succeeds());
  WriteText(pipe.writer.get(), "x");
  EXPECT_THAT(poll.Wait().value(), SizeIs(1));
  ReadAvailable(pipe.reader.get());
  for (int nth = 1; nth <= 3; ++nth) plan.Fail("poll", EINTR, nth);
  EXPECT_THAT(poll.Wait(absl::Milliseconds(1)).value(), IsEmpty());
}

TEST(PollObjectFaultTest, NeverEarly) {
  FaultPlan plan;
  constexpr absl::Duration kTimeout = absl::Microseconds(2500);
  Poll poll(FaultyPollSystem());
  for (const bool interrupted : {false, true}) {
    for (int nth = 1; nth <= 3; ++nth) {
      if (interrupted) {
        plan.Fail("poll", EINTR, nth);
      } else {
        plan.ReturnEarly("poll", nth);
      }
    }
    const absl::Duration start = MonotonicNow();
    EXPECT_THAT(poll.Wait(kTimeout).value(), IsEmpty());
    EXPECT_GE(MonotonicNow() - start, kTimeout);
  }
}

TEST(PollObjectFaultTest, ShortLists) {
  FaultPlan plan;
  const Pipe pipes[5];
  Poll poll(FaultyPollSystem());
  for (const Pipe& pipe : pipes) {
    ASSERT_THAT(poll.Register(pipe.reader.get(), kPollIn), Succeeds());
    WriteText(pipe.writer.get(), "x");
  }
  plan.BringAtMost(2);
  size_t reported = 0;
  for (int i = 0; i < 3; ++i) {
    const std::vector<PollEvent> events = poll.Wait().value();
    for (const PollEvent& event : events) {
      EXPECT_EQ(ReadAvailable(event.fd), "x");
      ++reported;
    }
  }
  EXPECT_EQ(reported, 5u);
}

}  // namespace
}  // namespace someos::select
