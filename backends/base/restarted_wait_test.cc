#include "someos/backends/base/restarted_wait.h"

#include <time.h>

#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "someos/backends/base/deadline.h"

namespace someos::base {
namespace {

absl::Duration OneCall(absl::Duration timeout) {
  return absl::DurationFromTimespec(TimeoutOfOneCall(Deadline(timeout)));
}

TEST(RestartedWaitTest, AShortWaitIsOneCall) {
  for (const absl::Duration timeout : {absl::ZeroDuration(), absl::Nanoseconds(1),
                                       absl::Milliseconds(99), absl::Milliseconds(100)}) {
    EXPECT_EQ(OneCall(timeout), timeout);
  }
}

#ifdef __linux__

TEST(RestartedWaitTest, ALongOneIsSeveral) {
  EXPECT_EQ(OneCall(absl::Milliseconds(101)), absl::Milliseconds(100));
  EXPECT_EQ(OneCall(absl::Milliseconds(800)), absl::Milliseconds(100));
  EXPECT_EQ(OneCall(absl::Seconds(16)), absl::Seconds(2));
  EXPECT_EQ(OneCall(absl::Hours(1)), absl::Minutes(7.5));
}

#endif

}  // namespace
}  // namespace someos::base
