// Deadlines by a clock that stands still: to the nanosecond, up to the end of what it can tell.

#include <climits>
#include <cstdint>

#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "someos/backends/base/deadline.h"
#include "someos/testing/pinned_clock.h"

namespace someos::base {
namespace {

constexpr int64_t kLastNanosecond = INT64_MAX;  // of the clock
constexpr int64_t kLongestNanoseconds = Deadline::kLongestWaitSeconds * 1'000'000'000;

class DeadlineClockTest : public testing::TestWithParam<int64_t> {
 protected:
  void SetUp() override {
    if (!PinnedClock::Works()) GTEST_SKIP() << "the clock cannot be pinned here";
  }

  // Of the timeout that ends `nanoseconds` before the clock does.
  Deadline EndingBeforeTheEnd(absl::Duration time) const {
    return Deadline(absl::Nanoseconds(kLastNanosecond - GetParam()) - time);
  }

  PinnedClock clock_{GetParam()};
};

TEST_P(DeadlineClockTest, TheLastNanoseconds) {
  for (const int64_t before : {1, 2, 3, 999, 1000, 1'000'001, 999'999'999, 1'000'000'000}) {
    clock_.Set(GetParam());
    Deadline deadline = EndingBeforeTheEnd(absl::Nanoseconds(before));
    EXPECT_FALSE(deadline.infinite()) << before;
    EXPECT_FALSE(deadline.immediate()) << before;
    EXPECT_FALSE(deadline.Passed()) << before;
    clock_.Set(kLastNanosecond - before - 1);
    EXPECT_FALSE(deadline.Passed()) << before;
    EXPECT_EQ(deadline.AsTimespec().tv_sec, 0) << before;
    EXPECT_EQ(deadline.AsTimespec().tv_nsec, 1) << before;
    EXPECT_EQ(deadline.AsTimeval().tv_usec, 1) << before;
    EXPECT_EQ(deadline.AsMilliseconds(), 1) << before;
    clock_.Set(kLastNanosecond - before);
    EXPECT_TRUE(deadline.Passed()) << before;
  }
}

// Among them those that would come round to the clock's beginning.
TEST_P(DeadlineClockTest, WhatTheClockCannotTellNeverPasses) {
  const absl::Duration longest_finite =
      absl::Seconds(INT64_MAX) + (absl::Seconds(1) - absl::Nanoseconds(1) / 4);
  ASSERT_LT(longest_finite, absl::InfiniteDuration());
  const absl::Duration timeouts[] = {
      absl::Nanoseconds(kLastNanosecond - GetParam()),
      absl::Nanoseconds(kLastNanosecond - GetParam()) + absl::Nanoseconds(1) / 4,
      absl::Nanoseconds(kLastNanosecond - GetParam()) + absl::Nanoseconds(1),
      absl::Nanoseconds(INT64_MAX - 1),
      absl::Nanoseconds(INT64_MAX),
      absl::Nanoseconds(INT64_MAX) + absl::Nanoseconds(1),
      absl::Seconds(INT64_MAX),
      longest_finite,
      absl::InfiniteDuration(),
  };
  for (const absl::Duration timeout : timeouts) {
    clock_.Set(GetParam());
    if (timeout < absl::Nanoseconds(kLastNanosecond - GetParam())) continue;
    Deadline deadline(timeout);
    EXPECT_TRUE(deadline.infinite()) << timeout;
    EXPECT_FALSE(deadline.immediate()) << timeout;
    EXPECT_FALSE(deadline.Passed()) << timeout;
    clock_.Set(kLastNanosecond);
    EXPECT_FALSE(deadline.Passed()) << timeout;
    EXPECT_TRUE(deadline.infinite()) << timeout;
  }
}

// A fraction of a nanosecond before the end is rounded up to it.
TEST_P(DeadlineClockTest, AFractionBeforeTheEndIsNotEarly) {
  Deadline deadline = EndingBeforeTheEnd(absl::Nanoseconds(1) / 4);
  clock_.Set(kLastNanosecond - 1);
  EXPECT_FALSE(deadline.Passed());
}

TEST_P(DeadlineClockTest, ToTheNanosecond) {
  for (const int64_t timeout : {1, 999'999'999, 1'000'000'000, 1'000'000'001}) {
    clock_.Set(GetParam());
    Deadline deadline{absl::Nanoseconds(timeout)};
    EXPECT_FALSE(deadline.Passed()) << timeout;
    EXPECT_EQ(deadline.AsTimespec().tv_sec, timeout / 1'000'000'000) << timeout;
    EXPECT_EQ(deadline.AsTimespec().tv_nsec, timeout % 1'000'000'000) << timeout;
    clock_.Set(GetParam() + timeout - 1);
    EXPECT_FALSE(deadline.Passed()) << timeout;
    EXPECT_EQ(deadline.AsTimespec().tv_nsec, 1) << timeout;
    clock_.Set(GetParam() + timeout);
    EXPECT_TRUE(deadline.Passed()) << timeout;
    EXPECT_EQ(deadline.AsTimespec().tv_nsec, 0) << timeout;
    clock_.Set(GetParam() + timeout + 1);
    EXPECT_TRUE(deadline.Passed()) << timeout;
    EXPECT_EQ(deadline.AsTimespec().tv_nsec, 0) << timeout;
    EXPECT_EQ(deadline.AsMilliseconds(), 0) << timeout;
    EXPECT_FALSE(deadline.immediate()) << timeout;
  }
}

// What is cut short is not over, and what is left of it is told next.
TEST_P(DeadlineClockTest, LongerThanEverySystemTakes) {
  Deadline deadline{absl::Nanoseconds(kLongestNanoseconds + 1)};
  EXPECT_EQ(deadline.AsTimespec().tv_sec, Deadline::kLongestWaitSeconds);
  EXPECT_EQ(deadline.AsTimespec().tv_nsec, 0);
  clock_.Set(GetParam() + kLongestNanoseconds);
  EXPECT_FALSE(deadline.Passed());
  EXPECT_EQ(deadline.AsTimespec().tv_sec, 0);
  EXPECT_EQ(deadline.AsTimespec().tv_nsec, 1);
}

TEST_P(DeadlineClockTest, ReadsTheClockOnceForEachQuestionAndNoOther) {
  Deadline deadline(absl::Seconds(1));
  EXPECT_EQ(clock_.reads(), 1);
  deadline.Passed();
  EXPECT_EQ(clock_.reads(), 2);
  deadline.AsTimespec();
  deadline.infinite();
  EXPECT_EQ(clock_.reads(), 2);
  for (const absl::Duration timeout :
       {absl::ZeroDuration(), absl::Seconds(-1), absl::InfiniteDuration()}) {
    Deadline(timeout).Passed();
  }
  EXPECT_EQ(clock_.reads(), 2);
  EXPECT_EQ(clock_.reads_of_others(), 0);
}

TEST_P(DeadlineClockTest, StartedLaterItReadsTheClockThen) {
  for (const bool by_question : {false, true}) {
    clock_.Set(GetParam());
    const int before = clock_.reads();
    Deadline deadline = Deadline::NotStarted(absl::Nanoseconds(1000));
    EXPECT_FALSE(deadline.infinite());
    EXPECT_FALSE(deadline.immediate());
    EXPECT_EQ(deadline.clock_error(), 0);
    EXPECT_EQ(deadline.AsTimespec().tv_nsec, 1000);
    EXPECT_EQ(clock_.reads(), before);
    clock_.Set(GetParam() + 5);
    if (by_question) {
      EXPECT_FALSE(deadline.Passed());
    } else {
      deadline.Start();
      deadline.Start();
    }
    EXPECT_EQ(clock_.reads(), before + 1);
    EXPECT_EQ(deadline.AsTimespec().tv_nsec, 1000);
    clock_.Set(GetParam() + 1004);
    EXPECT_FALSE(deadline.Passed());
    EXPECT_EQ(deadline.AsTimespec().tv_nsec, 1);
    clock_.Set(GetParam() + 1005);
    EXPECT_TRUE(deadline.Passed());
  }
}

TEST_P(DeadlineClockTest, StartedLaterWithoutAClock) {
  const int before = clock_.reads();
  Deadline none = Deadline::NotStarted(absl::ZeroDuration());
  Deadline forever = Deadline::NotStarted(absl::InfiniteDuration());
  for (Deadline* const deadline : {&none, &forever}) deadline->Start();
  EXPECT_TRUE(none.immediate());
  EXPECT_TRUE(none.Passed());
  EXPECT_TRUE(forever.infinite());
  EXPECT_FALSE(forever.Passed());
  EXPECT_EQ(clock_.reads(), before);
  Deadline beyond = Deadline::NotStarted(absl::Nanoseconds(kLastNanosecond - GetParam()));
  EXPECT_FALSE(beyond.Passed());
  EXPECT_TRUE(beyond.infinite());
}

INSTANTIATE_TEST_SUITE_P(Clocks, DeadlineClockTest,
                         testing::Values(0, 1, 999'999'999, 1'000'000'000, 5'999'999'999,
                                         INT64_MAX / 2));

}  // namespace
}  // namespace someos::base
