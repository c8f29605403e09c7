// Semaphore and BoundedSemaphore.

#ifndef SOMEOS_TESTING_THREADING_CONFORMANCE_SEMAPHORE_H_
#define SOMEOS_TESTING_THREADING_CONFORMANCE_SEMAPHORE_H_

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "someos/testing/clocks.h"
#include "someos/testing/status_matchers.h"
#include "someos/testing/threading/conformance/fixture.h"
#include "someos/testing/threading/crew.h"

namespace someos {

template <typename Threads>
class SemaphoreTest : public ThreadingTest<Threads> {};
TYPED_TEST_SUITE_P(SemaphoreTest);

TYPED_TEST_P(SemaphoreTest, CountsDownToZero) {
  typename TypeParam::Semaphore one;
  EXPECT_THAT(one.Acquire(), Returns(true));
  EXPECT_THAT(one.Acquire(false), Returns(false));
  typename TypeParam::Semaphore three(3);
  for (int i = 0; i < 3; ++i) EXPECT_THAT(three.Acquire(), Returns(true));
  EXPECT_THAT(three.Acquire(false), Returns(false));
  EXPECT_THAT(three.Release(), Succeeds());
  EXPECT_THAT(three.Acquire(), Returns(true));
  EXPECT_THAT(three.Release(2), Succeeds());
  EXPECT_THAT(three.Acquire(), Returns(true));
  EXPECT_THAT(three.Acquire(false), Returns(true));
  EXPECT_THAT(three.Acquire(false), Returns(false));
}

TYPED_TEST_P(SemaphoreTest, ANegativeFirstValueIsAnErrorOfEachCall) {
  typename TypeParam::Semaphore semaphore(-1);
  typename TypeParam::BoundedSemaphore bounded(-1);
  typename TypeParam::Semaphore zero(0);
  const auto error = [] {
    return FailsWithCode(absl::StatusCode::kInvalidArgument,
                         "semaphore initial value must be >= 0");
  };
  EXPECT_THAT(semaphore.status(), error());
  EXPECT_THAT(semaphore.Acquire(), error());
  EXPECT_THAT(semaphore.Release(), error());
  EXPECT_THAT(bounded.status(), error());
  EXPECT_THAT(bounded.Acquire(false), error());
  EXPECT_THAT(zero.status(), Succeeds());
}

TYPED_TEST_P(SemaphoreTest, ArgumentsAreCheckedAsPythonDoes) {
  typename TypeParam::Semaphore semaphore(1);
  EXPECT_THAT(semaphore.Acquire(false, absl::Seconds(1)),
              FailsWithCode(absl::StatusCode::kInvalidArgument,
                            "can't specify timeout for non-blocking acquire"));
  EXPECT_THAT(semaphore.Acquire(true, absl::Seconds(9223372037)),
              FailsWithCode(absl::StatusCode::kOutOfRange, "timeout value is too large"));
  for (const int64_t count : {int64_t{0}, int64_t{-1}, INT64_MIN}) {
    EXPECT_THAT(semaphore.Release(count),
                FailsWithCode(absl::StatusCode::kInvalidArgument, "n must be one or more"));
  }
  EXPECT_FALSE(semaphore.Release(INT64_MAX).ok());  // and not overflow
  EXPECT_THAT(semaphore.Acquire(false), Returns(true));
  EXPECT_THAT(semaphore.Acquire(false), Returns(false));
  EXPECT_THAT(semaphore.Release(INT64_MAX), Succeeds());
}

TYPED_TEST_P(SemaphoreTest, ABoundedOneIsNotReleasedTooOften) {
  typename TypeParam::BoundedSemaphore semaphore(2);
  const auto error = [] {
    return FailsWithCode(absl::StatusCode::kInvalidArgument, "Semaphore released too many times");
  };
  EXPECT_THAT(semaphore.Release(), error());
  EXPECT_THAT(semaphore.Acquire(), Returns(true));
  EXPECT_THAT(semaphore.Release(2), error());
  EXPECT_THAT(semaphore.Release(), Succeeds());
  EXPECT_THAT(semaphore.Release(), error());
  EXPECT_THAT(semaphore.Acquire(), Returns(true));
  EXPECT_THAT(semaphore.Acquire(), Returns(true));
  EXPECT_THAT(semaphore.Acquire(false), Returns(false));
  EXPECT_THAT(semaphore.Release(2), Succeeds());
}

TYPED_TEST_P(SemaphoreTest, ATimedWaitTakesItsTimeAndTimesOut) {
  typename TypeParam::Semaphore semaphore(0);
  const absl::Duration start = MonotonicNow();
  EXPECT_THAT(semaphore.Acquire(true, absl::Milliseconds(30)), Returns(false));
  EXPECT_GE(MonotonicNow() - start, absl::Milliseconds(30));
  EXPECT_THAT(semaphore.Acquire(true, absl::ZeroDuration()), Returns(false));
  EXPECT_THAT(semaphore.Acquire(true, absl::Seconds(-1)), Returns(false));
}

TYPED_TEST_P(SemaphoreTest, AWaitThatNobodyCanEndIsAnError) {
  if (!TypeParam::Core::kInline) GTEST_SKIP() << "another thread can end it";
  typename TypeParam::Semaphore semaphore(0);
  EXPECT_THAT(semaphore.Acquire(), FailsWithCode(absl::StatusCode::kFailedPrecondition,
                                                 "would wait for ever: there is one thread"));
}

TYPED_TEST_P(SemaphoreTest, WorksWithTheStandardLibrary) {
  typename TypeParam::BoundedSemaphore semaphore(1);
  {
    const std::scoped_lock lock(semaphore);
    EXPECT_THAT(semaphore.Acquire(false), Returns(false));
  }
  const std::unique_lock lock(semaphore, std::try_to_lock);
  EXPECT_TRUE(lock.owns_lock());
  EXPECT_DEATH(
      {
        typename TypeParam::BoundedSemaphore full;
        full.unlock();
      },
      "Semaphore.unlock: Semaphore released too many times");
}

TYPED_TEST_P(SemaphoreTest, ReleaseWakesAsManyAsItSays) {
  SOMEOS_NEEDS_THREADS();
  typename TypeParam::Semaphore semaphore(0);
  std::atomic<int> through{0};
  Crew crew;
  crew.RunInEach(2, [&] {
    EXPECT_THAT(semaphore.Acquire(), Returns(true));
    ++through;
  });
  crew.RunInEach(3, [&] {
    EXPECT_THAT(semaphore.Acquire(true, absl::Seconds(1000)), Returns(true));
    ++through;
  });
  crew.AwaitAsleep();
  EXPECT_THAT(semaphore.Release(), Succeeds());
  crew.AwaitAsleep();
  EXPECT_EQ(through, 1);
  EXPECT_THAT(semaphore.Release(3), Succeeds());
  crew.AwaitAsleep();
  EXPECT_EQ(through, 4);
  EXPECT_THAT(semaphore.Release(), Succeeds());
  crew.Join();
  EXPECT_THAT(semaphore.Acquire(false), Returns(false));
}

TYPED_TEST_P(SemaphoreTest, LetsNoMoreThreadsInThanItSays) {
  SOMEOS_NEEDS_THREADS();
  constexpr int kRounds = 5000;
  typename TypeParam::BoundedSemaphore semaphore(2);
  std::atomic<int> inside{0};
  std::atomic<int> most{0};
  Crew crew;
  crew.RunInEach(4, [&] {
    for (int round = 0; round < kRounds; ++round) {
      const std::scoped_lock lock(semaphore);
      const int now = ++inside;
      int before = most;
      while (now > before && !most.compare_exchange_weak(before, now)) {
      }
      --inside;
    }
  });
  crew.Join();
  EXPECT_LE(most, 2);
  EXPECT_THAT(semaphore.Acquire(false), Returns(true));
  EXPECT_THAT(semaphore.Acquire(false), Returns(true));
}

TYPED_TEST_P(SemaphoreTest, MayBeDestroyedByWhoeverAcquiredIt) {
  SOMEOS_NEEDS_THREADS();
  for (int round = 0; round < 500; ++round) {
    auto semaphore = std::make_unique<typename TypeParam::Semaphore>(0);
    Crew crew;
    crew.Run([raw = semaphore.get()] { EXPECT_THAT(raw->Release(), Succeeds()); });
    ASSERT_THAT(semaphore->Acquire(), Returns(true));
    semaphore = nullptr;
  }
}

REGISTER_TYPED_TEST_SUITE_P(SemaphoreTest, CountsDownToZero, ANegativeFirstValueIsAnErrorOfEachCall,
                            ArgumentsAreCheckedAsPythonDoes, ABoundedOneIsNotReleasedTooOften,
                            ATimedWaitTakesItsTimeAndTimesOut, AWaitThatNobodyCanEndIsAnError,
                            WorksWithTheStandardLibrary, ReleaseWakesAsManyAsItSays,
                            LetsNoMoreThreadsInThanItSays, MayBeDestroyedByWhoeverAcquiredIt);

}  // namespace someos

#endif  // SOMEOS_TESTING_THREADING_CONFORMANCE_SEMAPHORE_H_
