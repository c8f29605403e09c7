// Lock.

#ifndef SOMEOS_TESTING_THREADING_CONFORMANCE_LOCK_H_
#define SOMEOS_TESTING_THREADING_CONFORMANCE_LOCK_H_

#include <memory>
#include <mutex>
#include <optional>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "someos/testing/clocks.h"
#include "someos/testing/status_matchers.h"
#include "someos/testing/threading/conformance/fixture.h"
#include "someos/testing/threading/crew.h"

namespace someos {

template <typename Threads>
class LockTest : public ThreadingTest<Threads> {};
TYPED_TEST_SUITE_P(LockTest);

TYPED_TEST_P(LockTest, IsLockedOnceAtATime) {
  typename TypeParam::Lock lock;
  EXPECT_FALSE(lock.locked());
  EXPECT_THAT(lock.Acquire(), Returns(true));
  EXPECT_TRUE(lock.locked());
  EXPECT_THAT(lock.Acquire(false), Returns(false));
  EXPECT_THAT(lock.Release(), Succeeds());
  EXPECT_FALSE(lock.locked());
  EXPECT_THAT(lock.Acquire(false), Returns(true));
  EXPECT_THAT(lock.Release(), Succeeds());
}

TYPED_TEST_P(LockTest, ReleaseOfAnUnlockedOneIsAnError) {
  typename TypeParam::Lock lock;
  EXPECT_THAT(lock.Release(),
              FailsWithCode(absl::StatusCode::kFailedPrecondition, "release unlocked lock"));
  EXPECT_FALSE(lock.locked());
  EXPECT_THAT(lock.Acquire(), Returns(true));
  EXPECT_THAT(lock.Release(), Succeeds());
}

TYPED_TEST_P(LockTest, TimeoutsAreCheckedAsPythonDoes) {
  typename TypeParam::Lock lock;
  const auto says = [](absl::StatusCode code, const char* message) {
    return FailsWithCode(code, message);
  };
  EXPECT_THAT(
      lock.Acquire(false, absl::Seconds(1)),
      says(absl::StatusCode::kInvalidArgument, "can't specify a timeout for a non-blocking call"));
  EXPECT_THAT(
      lock.Acquire(true, absl::Seconds(-100)),
      says(absl::StatusCode::kInvalidArgument, "timeout value must be a non-negative number"));
  EXPECT_THAT(lock.Acquire(true, absl::Seconds(9223372037)),
              says(absl::StatusCode::kOutOfRange, "timeout value is too large"));
  EXPECT_FALSE(lock.locked());
  EXPECT_THAT(lock.Acquire(true, absl::Seconds(9223372036)), Returns(true));
  EXPECT_THAT(lock.Release(), Succeeds());
  EXPECT_THAT(lock.Acquire(true, absl::InfiniteDuration()), Returns(true));
}

TYPED_TEST_P(LockTest, ATimedWaitTakesItsTimeAndTimesOut) {
  typename TypeParam::Lock lock;
  ASSERT_THAT(lock.Acquire(), Returns(true));
  const absl::Duration start = MonotonicNow();
  EXPECT_THAT(lock.Acquire(true, absl::Milliseconds(30)), Returns(false));
  EXPECT_GE(MonotonicNow() - start, absl::Milliseconds(30));
  EXPECT_FALSE(TryLockFor(lock, absl::Milliseconds(30)));
  EXPECT_GE(MonotonicNow() - start, absl::Milliseconds(60));
  EXPECT_THAT(lock.Acquire(true, absl::ZeroDuration()), Returns(false));
  EXPECT_FALSE(TryLockFor(lock, absl::Seconds(-1)));
}

TYPED_TEST_P(LockTest, AWaitThatNobodyCanEndIsAnError) {
  if (!TypeParam::Core::kInline) GTEST_SKIP() << "another thread can end it";
  typename TypeParam::Lock lock;
  ASSERT_THAT(lock.Acquire(), Returns(true));
  EXPECT_THAT(lock.Acquire(), FailsWithCode(absl::StatusCode::kFailedPrecondition,
                                            "would wait for ever: there is one thread"));
  EXPECT_TRUE(lock.locked());
}

TYPED_TEST_P(LockTest, WorksWithTheStandardLibrary) {
  typename TypeParam::Lock one;
  typename TypeParam::Lock two;
  {
    const std::scoped_lock both(one, two);
    EXPECT_TRUE(one.locked() && two.locked());
    std::unique_lock third(one, std::try_to_lock);
    EXPECT_FALSE(third.owns_lock());
  }
  EXPECT_FALSE(one.locked() || two.locked());
  if (!one.try_lock_for(absl::Seconds(100))) FAIL() << "not locked";
  one.unlock();
}

TYPED_TEST_P(LockTest, UnlockOfAnUnlockedOneEndsTheProgram) {
  EXPECT_DEATH(
      {
        typename TypeParam::Lock lock;
        Unlock(lock);
      },
      "Lock.unlock: release unlocked lock");
}

TYPED_TEST_P(LockTest, AnyThreadMayReleaseIt) {
  SOMEOS_NEEDS_THREADS();
  typename TypeParam::Lock lock;
  ASSERT_THAT(lock.Acquire(), Returns(true));
  Crew crew;
  crew.Run([&] { EXPECT_THAT(lock.Release(), Succeeds()); });
  EXPECT_THAT(lock.Acquire(), Returns(true));
  crew.Join();
  EXPECT_THAT(lock.Release(), Succeeds());
}

TYPED_TEST_P(LockTest, ATimedWaitEndsWithTheRelease) {
  SOMEOS_NEEDS_THREADS();
  typename TypeParam::Lock lock;
  ASSERT_THAT(lock.Acquire(), Returns(true));
  Crew crew;
  crew.Run([&] { EXPECT_THAT(lock.Acquire(true, absl::Seconds(1000)), Returns(true)); });
  crew.AwaitAsleep();
  EXPECT_THAT(lock.Release(), Succeeds());
  crew.Join();
  EXPECT_TRUE(lock.locked());
}

TYPED_TEST_P(LockTest, KeepsThreadsApart) {
  SOMEOS_NEEDS_THREADS();
  constexpr int kRounds = 20'000;
  constexpr int kThreads = 4;
  typename TypeParam::Lock lock;
  int count = 0;
  Crew crew;
  for (int i = 0; i < kThreads; ++i) {
    crew.Run([&, timed = i % 2 == 0] {
      for (int round = 0; round < kRounds; ++round) {
        const auto timeout = timed ? std::optional(absl::Seconds(1000)) : std::nullopt;
        if (!lock.Acquire(true, timeout).value_or(false)) ADD_FAILURE() << "not locked";
        ++count;
        if (!lock.Release().ok()) ADD_FAILURE() << "not released";
      }
    });
  }
  crew.Join();
  EXPECT_EQ(count, kRounds * kThreads);
}

// Whoever locks it last may destroy it, even while the unlock before has not returned.
TYPED_TEST_P(LockTest, MayBeDestroyedByTheNextOwner) {
  SOMEOS_NEEDS_THREADS();
  for (int round = 0; round < 2000; ++round) {
    auto lock = std::make_unique<typename TypeParam::Lock>();
    ASSERT_THAT(lock->Acquire(), Returns(true));
    Crew crew;
    crew.Run([raw = lock.get()] { Unlock(*raw); });
    lock->lock();
    lock->unlock();
    lock = nullptr;
  }
}

REGISTER_TYPED_TEST_SUITE_P(LockTest, IsLockedOnceAtATime, ReleaseOfAnUnlockedOneIsAnError,
                            TimeoutsAreCheckedAsPythonDoes, ATimedWaitTakesItsTimeAndTimesOut,
                            AWaitThatNobodyCanEndIsAnError, WorksWithTheStandardLibrary,
                            UnlockOfAnUnlockedOneEndsTheProgram, AnyThreadMayReleaseIt,
                            ATimedWaitEndsWithTheRelease, KeepsThreadsApart,
                            MayBeDestroyedByTheNextOwner);

}  // namespace someos

#endif  // SOMEOS_TESTING_THREADING_CONFORMANCE_LOCK_H_
