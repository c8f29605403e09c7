#include "someos/backends/base/deadline.h"

#include <time.h>

#include <climits>
#include <optional>
#include <vector>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "someos/testing/faults/c_library.h"

namespace someos::base {
namespace {

constexpr int64_t kLongest = Deadline::kLongestWaitSeconds;

TEST(DeadlineTest, ZeroAndLessAreImmediate) {
  for (const absl::Duration timeout :
       {absl::ZeroDuration(), absl::Nanoseconds(-1), -absl::InfiniteDuration()}) {
    Deadline deadline(timeout);
    EXPECT_TRUE(deadline.immediate());
    EXPECT_FALSE(deadline.infinite());
    EXPECT_TRUE(deadline.Passed());
    EXPECT_EQ(deadline.AsMilliseconds(), 0);
    EXPECT_EQ(deadline.AsTimespec().tv_sec, 0);
    EXPECT_EQ(deadline.AsTimespec().tv_nsec, 0);
    EXPECT_EQ(deadline.AsTimeval().tv_usec, 0);
  }
}

TEST(DeadlineTest, InfiniteNeverPasses) {
  Deadline deadline(absl::InfiniteDuration());
  EXPECT_TRUE(deadline.infinite());
  EXPECT_FALSE(deadline.immediate());
  EXPECT_FALSE(deadline.Passed());
}

TEST(DeadlineTest, BeyondTheClockIsInfinite) {
  EXPECT_TRUE(Deadline(absl::Hours(24 * 365 * 300.0)).infinite());
  EXPECT_TRUE(Deadline(absl::Seconds(INT64_MAX)).infinite());
}

TEST(DeadlineTest, RoundsUpToWhatTheSystemCallTakes) {
  const Deadline quarter(absl::Nanoseconds(1) / 4);
  EXPECT_EQ(quarter.AsTimespec().tv_nsec, 1);
  EXPECT_EQ(quarter.AsTimeval().tv_usec, 1);
  EXPECT_EQ(quarter.AsMilliseconds(), 1);

  const Deadline more(absl::Seconds(2) + absl::Nanoseconds(1'000'001));
  EXPECT_EQ(more.AsTimespec().tv_sec, 2);
  EXPECT_EQ(more.AsTimespec().tv_nsec, 1'000'001);
  EXPECT_EQ(more.AsTimeval().tv_sec, 2);
  EXPECT_EQ(more.AsTimeval().tv_usec, 1001);
  EXPECT_EQ(more.AsMilliseconds(), 2002);
}

TEST(DeadlineTest, CarriesIntoTheSeconds) {
  const Deadline deadline(absl::Seconds(1) - absl::Nanoseconds(1));
  EXPECT_EQ(deadline.AsTimeval().tv_sec, 1);
  EXPECT_EQ(deadline.AsTimeval().tv_usec, 0);
  EXPECT_EQ(deadline.AsMilliseconds(), 1000);
}

TEST(DeadlineTest, NeverAsksForMoreThanEverySystemTakes) {
  Deadline deadline(absl::Hours(24 * 365 * 100));
  EXPECT_FALSE(deadline.infinite());
  EXPECT_EQ(deadline.AsTimespec().tv_sec, kLongest);
  EXPECT_EQ(deadline.AsTimespec().tv_nsec, 0);
  EXPECT_EQ(deadline.AsTimeval().tv_sec, kLongest);
  EXPECT_EQ(deadline.AsMilliseconds(), kLongest * 1000);
  EXPECT_LE(kLongest * 1000, INT_MAX);
  EXPECT_FALSE(deadline.Passed());
}

TEST(DeadlineTest, ThePointInTimeIsOnTheMonotonicClock) {
  const auto now = [] {
    timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return absl::DurationFromTimespec(time);
  };
  const absl::Duration before = now();
  const Deadline deadline(absl::Milliseconds(1500));
  const absl::Duration end = absl::DurationFromTimespec(deadline.AsPointInTime());
  EXPECT_GE(end, before + absl::Milliseconds(1500));
  EXPECT_LE(end, now() + absl::Milliseconds(1500));

  Deadline years(absl::Hours(24 * 365 * 100));
  EXPECT_LE(years.AsPointInTime().tv_sec, absl::ToInt64Seconds(now()) + kLongest);
  EXPECT_FALSE(years.Passed());
  EXPECT_GE(years.AsPointInTime().tv_sec, absl::ToInt64Seconds(before) + kLongest);
}

// The conversions' limit, and the steps before and behind it.
TEST(DeadlineTest, AroundTheLongestWait) {
  const absl::Duration longest = absl::Seconds(kLongest);
  const Deadline shorter(longest - absl::Nanoseconds(1));
  EXPECT_EQ(shorter.AsTimespec().tv_sec, kLongest - 1);
  EXPECT_EQ(shorter.AsTimespec().tv_nsec, 999'999'999);
  EXPECT_EQ(shorter.AsTimeval().tv_sec, kLongest);
  EXPECT_EQ(shorter.AsTimeval().tv_usec, 0);
  EXPECT_EQ(shorter.AsMilliseconds(), kLongest * 1000);
  const Deadline by_a_microsecond(longest - absl::Microseconds(1));
  EXPECT_EQ(by_a_microsecond.AsTimeval().tv_sec, kLongest - 1);
  EXPECT_EQ(by_a_microsecond.AsTimeval().tv_usec, 999'999);
  EXPECT_EQ(by_a_microsecond.AsMilliseconds(), kLongest * 1000);
  const Deadline by_a_millisecond(longest - absl::Milliseconds(1));
  EXPECT_EQ(by_a_millisecond.AsMilliseconds(), kLongest * 1000 - 1);
  for (const absl::Duration more : {absl::ZeroDuration(), absl::Nanoseconds(1), absl::Seconds(1)}) {
    const Deadline deadline(longest + more);
    EXPECT_EQ(deadline.AsTimespec().tv_sec, kLongest) << more;
    EXPECT_EQ(deadline.AsTimespec().tv_nsec, 0) << more;
    EXPECT_EQ(deadline.AsTimeval().tv_sec, kLongest) << more;
    EXPECT_EQ(deadline.AsTimeval().tv_usec, 0) << more;
    EXPECT_EQ(deadline.AsMilliseconds(), kLongest * 1000) << more;
  }
}

// What an int of milliseconds and one of seconds hold, and more.
TEST(DeadlineTest, AroundTheEndsOfIntegers) {
  for (const absl::Duration timeout :
       {absl::Milliseconds(INT_MAX), absl::Milliseconds(int64_t{INT_MAX} + 1),
        absl::Milliseconds(int64_t{UINT_MAX} + 1), absl::Seconds(INT_MAX),
        absl::Seconds(int64_t{INT_MAX} + 1), absl::Seconds(int64_t{UINT_MAX} + 1)}) {
    Deadline deadline(timeout);
    EXPECT_EQ(deadline.AsMilliseconds(), kLongest * 1000) << timeout;
    EXPECT_EQ(deadline.AsTimespec().tv_sec, kLongest) << timeout;
    EXPECT_EQ(deadline.AsTimeval().tv_sec, kLongest) << timeout;
    EXPECT_FALSE(deadline.Passed()) << timeout;
  }
}

TEST(DeadlineTest, AroundWholeUnits) {
  const auto milliseconds = [](absl::Duration timeout) {
    return Deadline(timeout).AsMilliseconds();
  };
  EXPECT_EQ(milliseconds(absl::Milliseconds(1)), 1);
  EXPECT_EQ(milliseconds(absl::Milliseconds(1) + absl::Nanoseconds(1) / 4), 2);
  EXPECT_EQ(milliseconds(absl::Milliseconds(2) - absl::Nanoseconds(1)), 2);
  const auto nanoseconds = [](absl::Duration timeout) {
    return Deadline(timeout).AsTimespec().tv_nsec;
  };
  EXPECT_EQ(nanoseconds(absl::Nanoseconds(7)), 7);
  EXPECT_EQ(nanoseconds(absl::Nanoseconds(7) + absl::Nanoseconds(1) / 4), 8);
  EXPECT_EQ(nanoseconds(absl::Seconds(1) - absl::Nanoseconds(1) / 4), 0);
  EXPECT_EQ(Deadline(absl::Seconds(1) - absl::Nanoseconds(1) / 4).AsTimespec().tv_sec, 1);
}

TEST(DeadlineTest, PassesWhenItsTimeHasComeAndNotBefore) {
  const absl::Duration timeout = absl::Milliseconds(2);
  timespec before, after;
  clock_gettime(CLOCK_MONOTONIC, &before);
  Deadline deadline(timeout);
  while (!deadline.Passed()) {
    EXPECT_LE(absl::DurationFromTimespec(deadline.AsTimespec()), timeout);
  }
  clock_gettime(CLOCK_MONOTONIC, &after);
  EXPECT_GE(absl::DurationFromTimespec(after) - absl::DurationFromTimespec(before), timeout);
}

// The clocks that `body` reads, in order; nullopt where that cannot be found out.
template <typename Body>
std::optional<std::vector<clockid_t>> ClocksReadBy(Body body) {
  std::vector<clockid_t> read;
  const bool possible = ReplaceClock([&](clockid_t clock, timespec time) {
    read.push_back(clock);
    return time;
  });
  if (!possible) return std::nullopt;
  {
    const LibraryCall call;
    body();
  }
  ReplaceClock(nullptr);
  return read;
}

TEST(DeadlineTest, ReadsTheMonotonicClockAtItsBeginningAndForEachQuestion) {
  const auto read = ClocksReadBy([] {
    Deadline deadline(absl::Hours(1));
    EXPECT_FALSE(deadline.Passed());
    EXPECT_FALSE(deadline.Passed());
    EXPECT_GT(deadline.AsTimespec().tv_sec, 0);
    EXPECT_GT(deadline.AsTimeval().tv_sec, 0);
    EXPECT_GT(deadline.AsMilliseconds(), 0);
  });
  if (!read.has_value()) GTEST_SKIP() << "the C library's clock_gettime() cannot be replaced here";
  EXPECT_EQ(*read, std::vector<clockid_t>(3, CLOCK_MONOTONIC));
}

TEST(DeadlineTest, ReadsNoClockForNoTimeAndForAllTime) {
  const auto read = ClocksReadBy([] {
    for (const absl::Duration timeout :
         {absl::ZeroDuration(), absl::Seconds(-1), absl::InfiniteDuration()}) {
      Deadline deadline(timeout);
      deadline.Passed();
    }
  });
  if (!read.has_value()) GTEST_SKIP() << "the C library's clock_gettime() cannot be replaced here";
  EXPECT_EQ(*read, std::vector<clockid_t>());
}

TEST(DeadlineTest, WhatIsLeftIsCountedFromTheLastQuestion) {
  time_t now = 1000;
  const bool possible = ReplaceClock([&](clockid_t, timespec) { return timespec{now, 500}; });
  if (!possible) GTEST_SKIP() << "the C library's clock_gettime() cannot be replaced here";
  {
    const LibraryCall call;
    Deadline deadline(absl::Seconds(10));
    EXPECT_EQ(deadline.AsMilliseconds(), 10'000);
    now += 4;
    EXPECT_EQ(deadline.AsMilliseconds(), 10'000);
    EXPECT_FALSE(deadline.Passed());
    EXPECT_EQ(deadline.AsMilliseconds(), 6000);
    EXPECT_EQ(deadline.AsTimespec().tv_sec, 6);
    EXPECT_EQ(deadline.AsTimespec().tv_nsec, 0);
    EXPECT_EQ(deadline.AsTimeval().tv_sec, 6);
    now += 6;  // the very nanosecond
    EXPECT_TRUE(deadline.Passed());
    EXPECT_EQ(deadline.AsMilliseconds(), 0);
    now += 1;
    EXPECT_TRUE(deadline.Passed());
    EXPECT_EQ(deadline.AsMilliseconds(), 0);
  }
  ReplaceClock(nullptr);
}

}  // namespace
}  // namespace someos::base
