// RLock, as far as it is not as Lock.

#ifndef SOMEOS_TESTING_THREADING_CONFORMANCE_RLOCK_H_
#define SOMEOS_TESTING_THREADING_CONFORMANCE_RLOCK_H_

#include <atomic>
#include <mutex>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "someos/testing/status_matchers.h"
#include "someos/testing/threading/conformance/fixture.h"
#include "someos/testing/threading/crew.h"

namespace someos {

template <typename Threads>
class RLockTest : public ThreadingTest<Threads> {};
TYPED_TEST_SUITE_P(RLockTest);

TYPED_TEST_P(RLockTest, ItsOwnerLocksItAgain) {
  typename TypeParam::RLock lock;
  EXPECT_FALSE(lock.locked());
  EXPECT_THAT(lock.Acquire(), Returns(true));
  EXPECT_THAT(lock.Acquire(false), Returns(true));
  EXPECT_THAT(lock.Acquire(true, absl::Seconds(1)), Returns(true));
  EXPECT_THAT(lock.Release(), Succeeds());
  EXPECT_THAT(lock.Release(), Succeeds());
  EXPECT_TRUE(lock.locked());
  EXPECT_THAT(lock.Release(), Succeeds());
  EXPECT_FALSE(lock.locked());
}

TYPED_TEST_P(RLockTest, ReleaseOfAnUnlockedOneIsAnError) {
  typename TypeParam::RLock lock;
  const auto error = [] {
    return FailsWithCode(absl::StatusCode::kFailedPrecondition, "cannot release un-acquired lock");
  };
  EXPECT_THAT(lock.Release(), error());
  EXPECT_THAT(lock.Acquire(), Returns(true));
  EXPECT_THAT(lock.Release(), Succeeds());
  EXPECT_THAT(lock.Release(), error());
  EXPECT_THAT(lock.Acquire(), Returns(true));
  EXPECT_THAT(lock.Release(), Succeeds());
}

TYPED_TEST_P(RLockTest, TimeoutsAreCheckedAsPythonDoes) {
  typename TypeParam::RLock lock;
  EXPECT_THAT(lock.Acquire(false, absl::Seconds(1)),
              FailsWithCode(absl::StatusCode::kInvalidArgument,
                            "can't specify a timeout for a non-blocking call"));
  EXPECT_THAT(lock.Acquire(true, absl::Seconds(-100)),
              FailsWithCode(absl::StatusCode::kInvalidArgument,
                            "timeout value must be a non-negative number"));
  EXPECT_THAT(lock.Acquire(true, absl::Seconds(9223372037)),
              FailsWithCode(absl::StatusCode::kOutOfRange, "timeout value is too large"));
  EXPECT_FALSE(lock.locked());
}

TYPED_TEST_P(RLockTest, WorksWithTheStandardLibrary) {
  typename TypeParam::RLock lock;
  {
    const std::scoped_lock outer(lock);
    const std::scoped_lock inner(lock);
    EXPECT_TRUE(lock.locked());
  }
  EXPECT_FALSE(lock.locked());
}

TYPED_TEST_P(RLockTest, UnlockOfAnUnlockedOneEndsTheProgram) {
  EXPECT_DEATH(
      {
        typename TypeParam::RLock lock;
        Unlock(lock);
      },
      "RLock.unlock: cannot release un-acquired lock");
}

TYPED_TEST_P(RLockTest, AnotherThreadCanNeitherLockNorReleaseIt) {
  SOMEOS_NEEDS_THREADS();
  typename TypeParam::RLock lock;
  ASSERT_THAT(lock.Acquire(), Returns(true));
  Crew crew;
  crew.Run([&] {
    EXPECT_THAT(lock.Acquire(false), Returns(false));
    EXPECT_THAT(lock.Acquire(true, absl::Milliseconds(1)), Returns(false));
    EXPECT_THAT(lock.Release(), FailsWithCode(absl::StatusCode::kFailedPrecondition,
                                              "cannot release un-acquired lock"));
  });
  crew.Join();
  EXPECT_THAT(lock.Release(), Succeeds());
}

TYPED_TEST_P(RLockTest, AnotherThreadGetsItAfterTheLastRelease) {
  SOMEOS_NEEDS_THREADS();
  typename TypeParam::RLock lock;
  ASSERT_THAT(lock.Acquire(), Returns(true));
  ASSERT_THAT(lock.Acquire(), Returns(true));
  std::atomic<bool> has_it{false};
  Crew crew;
  crew.Run([&] {
    EXPECT_THAT(lock.Acquire(), Returns(true));
    has_it = true;
    EXPECT_THAT(lock.Release(), Succeeds());
  });
  crew.AwaitAsleep();
  EXPECT_THAT(lock.Release(), Succeeds());
  crew.AwaitAsleep();
  EXPECT_FALSE(has_it);
  EXPECT_THAT(lock.Release(), Succeeds());
  crew.Join();
  EXPECT_TRUE(has_it);
}

// Also a thread that comes later, and to which the system may give the number of the one that is
// gone.
TYPED_TEST_P(RLockTest, WhenItsOwnerIsGoneItStaysLocked) {
  SOMEOS_NEEDS_THREADS();
  typename TypeParam::RLock lock;
  Crew crew;
  crew.Run([&] { EXPECT_THAT(lock.Acquire(), Returns(true)); });
  crew.Join();
  for (int i = 0; i < 3; ++i) {
    crew.Run([&] {
      EXPECT_THAT(lock.Acquire(false), Returns(false));
      EXPECT_FALSE(lock.Release().ok());
    });
    crew.Join();
  }
  EXPECT_TRUE(lock.locked());
}

TYPED_TEST_P(RLockTest, KeepsThreadsApart) {
  SOMEOS_NEEDS_THREADS();
  constexpr int kRounds = 10'000;
  typename TypeParam::RLock lock;
  int count = 0;
  Crew crew;
  crew.RunInEach(4, [&] {
    for (int round = 0; round < kRounds; ++round) {
      const std::scoped_lock outer(lock);
      const std::scoped_lock inner(lock);
      ++count;
    }
  });
  crew.Join();
  EXPECT_EQ(count, 4 * kRounds);
}

REGISTER_TYPED_TEST_SUITE_P(RLockTest, ItsOwnerLocksItAgain, ReleaseOfAnUnlockedOneIsAnError,
                            TimeoutsAreCheckedAsPythonDoes, WorksWithTheStandardLibrary,
                            UnlockOfAnUnlockedOneEndsTheProgram,
                            AnotherThreadCanNeitherLockNorReleaseIt,
                            AnotherThreadGetsItAfterTheLastRelease, WhenItsOwnerIsGoneItStaysLocked,
                            KeepsThreadsApart);

}  // namespace someos

#endif  // SOMEOS_TESTING_THREADING_CONFORMANCE_RLOCK_H_
