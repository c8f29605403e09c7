// Waiting.

#include <memory>
#include <thread>

#include "absl/status/status.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "someos/testing/clocks.h"
#include "someos/testing/doomed_child.h"
#include "someos/testing/lock/conformance/fixture.h"
#include "someos/testing/status_matchers.h"

namespace someos::multiprocessing {

TEST_P(SharedLockTimeoutsTest, AreKept) {
  ASSERT_THAT(lock().Acquire(), Succeeds());
  std::thread([&] {
    constexpr absl::Duration kTimeout = absl::Milliseconds(30);
    const absl::Duration start = MonotonicNow();
    EXPECT_THAT(lock().Acquire(kTimeout),
                FailsWithCode(absl::StatusCode::kDeadlineExceeded, "acquire a shared lock"));
    EXPECT_GE(MonotonicNow() - start, kTimeout);
  }).join();
  EXPECT_THAT(lock().Release(), Succeeds());
}

TEST_P(SharedLockTimeoutsTest, ZeroAndLessDoNotWait) {
  EXPECT_THAT(lock().Acquire(absl::ZeroDuration()), Succeeds());
  EXPECT_THAT(lock().Release(), Succeeds());
  EXPECT_THAT(lock().Acquire(-absl::InfiniteDuration()), Succeeds());
  std::thread([&] {
    for (const absl::Duration timeout : {absl::ZeroDuration(), -absl::Seconds(1)}) {
      EXPECT_THAT(lock().Acquire(timeout),
                  FailsWithCode(absl::StatusCode::kDeadlineExceeded, "acquire a shared lock"));
    }
  }).join();
  EXPECT_THAT(lock().Release(), Succeeds());
}

// Much longer than a test may take: it must be the release that ends the wait.
TEST_P(SharedLockTimeoutsTest, AReleaseEndsAWait) {
  for (const absl::Duration timeout :
       {absl::Hours(1), absl::Hours(24 * 365), absl::InfiniteDuration()}) {
    ASSERT_THAT(lock().Acquire(), Succeeds());
    SetStage(0);
    const DoomedChild child([&] {
      SetStage(1);
      const bool acquired = lock().Acquire(timeout).ok() && lock().Release().ok();
      SetStage(acquired ? 2 : 3);
    });
    AwaitStage(1);
    absl::SleepFor(absl::Milliseconds(5));  // so that it mostly waits by now; it need not
    EXPECT_THAT(lock().Release(), Succeeds());
    AwaitStage(2);
  }
}

}  // namespace someos::multiprocessing
