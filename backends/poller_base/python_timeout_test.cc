#include "someos/backends/poller_base/python_timeout.h"

#include <climits>
#include <cstdint>
#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"

namespace someos::poller_base {
namespace {

absl::StatusOr<base::Deadline> NonNegative(std::optional<absl::Duration> timeout) {
  return NonNegativeTimeout(timeout, "timeout must be non-negative");
}

TEST(PythonTimeout, NothingAndInfinityBlock) {
  for (const std::optional<absl::Duration> timeout :
       {std::optional<absl::Duration>(), std::optional(absl::InfiniteDuration())}) {
    EXPECT_TRUE(NonNegative(timeout)->infinite());
    EXPECT_TRUE(MillisecondTimeout(timeout)->infinite());
  }
}

TEST(PythonTimeout, ZeroDoesNotBlock) {
  EXPECT_TRUE(NonNegative(absl::ZeroDuration())->immediate());
  EXPECT_TRUE(MillisecondTimeout(absl::ZeroDuration())->immediate());
}

TEST(PythonTimeout, NegativeIsRefusedOrBlocks) {
  for (const absl::Duration timeout : {absl::Nanoseconds(-1), absl::Seconds(-1)}) {
    EXPECT_EQ(NonNegative(timeout).status(),
              absl::InvalidArgumentError("timeout must be non-negative"));
    EXPECT_TRUE(MillisecondTimeout(timeout)->infinite());
  }
  EXPECT_EQ(NonNegative(-absl::InfiniteDuration()).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST(PythonTimeout, LongestNanoseconds) {
  EXPECT_TRUE(NonNegative(absl::Nanoseconds(INT64_MAX)).ok());
  for (const absl::Duration more : {absl::Nanoseconds(1), absl::Nanoseconds(1) / 4}) {
    EXPECT_EQ(NonNegative(absl::Nanoseconds(INT64_MAX) + more).status(),
              absl::OutOfRangeError("timestamp out of range for platform time_t"));
  }
}

TEST(PythonTimeout, LongestMilliseconds) {
  const absl::Status too_large = absl::OutOfRangeError("timeout is too large");
  EXPECT_TRUE(MillisecondTimeout(absl::Milliseconds(INT_MAX)).ok());
  EXPECT_FALSE(MillisecondTimeout(absl::Milliseconds(INT_MAX))->infinite());
  EXPECT_EQ(MillisecondTimeout(absl::Milliseconds(INT64_C(1) + INT_MAX)).status(), too_large);
  const absl::Duration fraction = absl::Nanoseconds(1) / 4;
  EXPECT_EQ(MillisecondTimeout(absl::Milliseconds(INT_MAX) + fraction).status(), too_large);
  EXPECT_EQ(MillisecondTimeout(absl::Milliseconds(INT_MIN) - fraction).status(), too_large);
  EXPECT_TRUE(MillisecondTimeout(absl::Milliseconds(INT_MIN))->infinite());
  EXPECT_EQ(MillisecondTimeout(absl::Milliseconds(INT64_C(-1) + INT_MIN)).status(), too_large);
  EXPECT_EQ(MillisecondTimeout(-absl::InfiniteDuration()).status(), too_large);
}

}  // namespace
}  // namespace someos::poller_base
