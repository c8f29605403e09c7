#include "someos/api/on_signal.h"

#include <optional>

#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "someos/testing/pinned_clock.h"

namespace someos::select {
namespace {

TEST(TimeLimit, WhatDoesNotCountStaysAsItIs) {
  for (const std::optional<absl::Duration> timeout :
       {std::optional<absl::Duration>(), std::optional(absl::InfiniteDuration()),
        std::optional(-absl::InfiniteDuration()), std::optional(-absl::Nanoseconds(1)),
        std::optional(absl::ZeroDuration())}) {
    EXPECT_EQ(TimeLimit(timeout).Left(), timeout);
  }
}

TEST(TimeLimit, TimeRunsFromItsConstruction) {
  const TimeLimit limit(absl::Hours(100));
  const absl::Duration first = *limit.Left();
  EXPECT_LE(first, absl::Hours(100));
  EXPECT_GT(first, absl::Hours(99));
  while (*limit.Left() == first) continue;
  EXPECT_LT(*limit.Left(), first);
}

// Setting the time of day neither shortens nor lengthens it.
TEST(TimeLimit, CountsOnTheMonotonicClock) {
  if (!PinnedClock::Works()) GTEST_SKIP() << "the clock cannot be pinned here";
  PinnedClock clock(1'000'000'000);
  const TimeLimit limit(absl::Seconds(2));
  EXPECT_EQ(limit.Left(), absl::Seconds(2));
  clock.Set(2'500'000'000);
  EXPECT_EQ(limit.Left(), absl::Milliseconds(500));
  clock.Set(3'000'000'001);
  EXPECT_EQ(limit.Left(), absl::ZeroDuration());
  EXPECT_EQ(clock.reads_of_others(), 0);
}

// A negative rest would make a Poll block.
TEST(TimeLimit, WhenItIsOverNothingIsLeft) {
  const TimeLimit limit(absl::Nanoseconds(1));
  while (*limit.Left() > absl::ZeroDuration()) continue;
  EXPECT_EQ(limit.Left(), absl::ZeroDuration());
}

}  // namespace
}  // namespace someos::select
