#include "someos/api/on_signal.h"

#include <optional>

#include "absl/time/time.h"
#include "gtest/gtest.h"

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

// A negative rest would make a Poll block.
TEST(TimeLimit, WhenItIsOverNothingIsLeft) {
  const TimeLimit limit(absl::Nanoseconds(1));
  while (*limit.Left() > absl::ZeroDuration()) continue;
  EXPECT_EQ(limit.Left(), absl::ZeroDuration());
}

}  // namespace
}  // namespace someos::select
