// Timer.

#ifndef SOMEOS_TESTING_THREADING_CONFORMANCE_TIMER_H_
#define SOMEOS_TESTING_THREADING_CONFORMANCE_TIMER_H_

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "someos/testing/clocks.h"
#include "someos/testing/status_matchers.h"
#include "someos/testing/threading/conformance/fixture.h"

namespace someos {

template <typename Threads>
class TimerTest : public ThreadingTest<Threads> {};
TYPED_TEST_SUITE_P(TimerTest);

TYPED_TEST_P(TimerTest, CallsAtItsTime) {
  absl::Duration called;
  const absl::Duration start = MonotonicNow();
  typename TypeParam::Timer timer(absl::Milliseconds(30), [&] {
    called = MonotonicNow();
    EXPECT_FALSE(timer.finished());
  });
  EXPECT_FALSE(timer.finished());
  ASSERT_THAT(timer.Start(), Succeeds());
  EXPECT_THAT(timer.Join(), Returns(true));
  EXPECT_GE(called - start, absl::Milliseconds(30));
  EXPECT_TRUE(timer.finished());
  EXPECT_THAT(timer.Start(), FailsWithCode(absl::StatusCode::kFailedPrecondition,
                                           "threads can only be started once"));
}

TYPED_TEST_P(TimerTest, ANegativeTimeCallsAtOnce) {
  bool called = false;
  typename TypeParam::Timer timer(absl::Seconds(-1), [&] { called = true; });
  ASSERT_THAT(timer.Start(), Succeeds());
  EXPECT_THAT(timer.Join(), Returns(true));
  EXPECT_TRUE(called);
}

TYPED_TEST_P(TimerTest, CanBeCancelledBeforeItStarts) {
  typename TypeParam::Timer timer(absl::Seconds(1000), [] { ADD_FAILURE() << "called"; });
  timer.Cancel();
  timer.Cancel();
  EXPECT_TRUE(timer.finished());
  ASSERT_THAT(timer.Start(), Succeeds());
  EXPECT_THAT(timer.Join(), Returns(true));
}

TYPED_TEST_P(TimerTest, CanBeCancelledWhileItWaits) {
  SOMEOS_NEEDS_THREADS();
  for (const absl::Duration interval : {absl::Seconds(1000), absl::InfiniteDuration()}) {
    typename TypeParam::Timer timer(interval, [] { ADD_FAILURE() << "called"; });
    ASSERT_THAT(timer.Start(), Succeeds());
    EXPECT_FALSE(timer.finished());
    timer.Cancel();
    EXPECT_THAT(timer.Join(), Returns(true));
    EXPECT_TRUE(timer.finished());
  }
}

TYPED_TEST_P(TimerTest, TooLongATimeIsAnError) {
  typename TypeParam::Timer timer(absl::Seconds(9223372037), [] { ADD_FAILURE() << "called"; });
  EXPECT_THAT(timer.Start(),
              FailsWithCode(absl::StatusCode::kOutOfRange, "timeout value is too large"));
}

TYPED_TEST_P(TimerTest, OneThatNobodyCanCancelIsAnErrorWithoutThreads) {
  if (!TypeParam::Core::kInline) GTEST_SKIP() << "another thread can cancel it";
  typename TypeParam::Timer timer(absl::InfiniteDuration(), [] { ADD_FAILURE() << "called"; });
  EXPECT_THAT(timer.Start(), FailsWithCode(absl::StatusCode::kFailedPrecondition,
                                           "would wait for ever: there is one thread"));
}

REGISTER_TYPED_TEST_SUITE_P(TimerTest, CallsAtItsTime, ANegativeTimeCallsAtOnce,
                            CanBeCancelledBeforeItStarts, CanBeCancelledWhileItWaits,
                            TooLongATimeIsAnError, OneThatNobodyCanCancelIsAnErrorWithoutThreads);

}  // namespace someos

#endif  // SOMEOS_TESTING_THREADING_CONFORMANCE_TIMER_H_
