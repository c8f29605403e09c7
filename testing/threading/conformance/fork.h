// The objects in forked children.

#ifndef SOMEOS_TESTING_THREADING_CONFORMANCE_FORK_H_
#define SOMEOS_TESTING_THREADING_CONFORMANCE_FORK_H_

#include <atomic>
#include <mutex>

#include "absl/base/config.h"
#include "absl/status/status.h"
#include "gtest/gtest.h"
#include "someos/testing/expect_in_child.h"
#include "someos/testing/status_matchers.h"
#include "someos/testing/threading/conformance/fixture.h"
#include "someos/testing/threading/crew.h"

namespace someos {

template <typename Threads>
class ObjectsForkTest : public ThreadingTest<Threads> {};
TYPED_TEST_SUITE_P(ObjectsForkTest);

TYPED_TEST_P(ObjectsForkTest, TheForkingThreadOwnsInTheChildWhatItOwned) {
  typename TypeParam::Lock lock;
  typename TypeParam::RLock rlock;
  ASSERT_THAT(lock.Acquire(), Returns(true));
  ASSERT_THAT(rlock.Acquire(), Returns(true));
  ExpectInChild([&] {
    EXPECT_THAT(lock.Acquire(false), Returns(false));
    EXPECT_THAT(lock.Release(), Succeeds());
    EXPECT_THAT(lock.Acquire(), Returns(true));
    EXPECT_THAT(rlock.Acquire(), Returns(true));
    EXPECT_THAT(rlock.Release(), Succeeds());
    EXPECT_THAT(rlock.Release(), Succeeds());
    EXPECT_FALSE(rlock.locked());
  });
  EXPECT_THAT(rlock.Release(), Succeeds());
}

TYPED_TEST_P(ObjectsForkTest, WhatAMissingThreadOwnedStaysLocked) {
  SOMEOS_NEEDS_THREADS();
  typename TypeParam::Lock lock;
  typename TypeParam::RLock rlock;
  typename TypeParam::Event done;
  Crew crew;
  crew.Run([&] {
    const std::scoped_lock held(lock, rlock);
    EXPECT_THAT(done.Wait(), Returns(true));
  });
  crew.AwaitAsleep();
  ExpectInChild([&] {
    EXPECT_THAT(rlock.Acquire(false), Returns(false));
    EXPECT_FALSE(rlock.Release().ok());
    EXPECT_THAT(lock.Acquire(false), Returns(false));
    EXPECT_THAT(lock.Release(), Succeeds());
    EXPECT_THAT(lock.Acquire(), Returns(true));
  });
  done.Set();
}

// What a thread of the parent does within an object at the time of the fork does not end in the
// child.
TYPED_TEST_P(ObjectsForkTest, NoObjectStaysBusyInTheChild) {
  SOMEOS_NEEDS_THREADS();
  typename TypeParam::Semaphore semaphore(1);
  typename TypeParam::Barrier barrier(1);
  std::atomic<bool> stop{false};
  Crew crew;
  crew.Run([&] {
    while (!stop) {
      const std::scoped_lock held(semaphore);
      EXPECT_THAT(barrier.Wait(), Returns(0));
    }
  });
  for (int i = 0; i < 30; ++i) {
    ExpectInChild([&] {
      EXPECT_THAT(semaphore.Release(), Succeeds());
      EXPECT_THAT(semaphore.Acquire(), Returns(true));
      EXPECT_THAT(barrier.Reset(), Succeeds());
      EXPECT_FALSE(barrier.broken());
    });
  }
  stop = true;
}

TYPED_TEST_P(ObjectsForkTest, NoMissingThreadIsNotified) {
  SOMEOS_NEEDS_THREADS();
#ifdef ABSL_HAVE_THREAD_SANITIZER
  GTEST_SKIP() << "ThreadSanitizer lets no child of several threads start one";
#endif
  typename TypeParam::Condition condition;
  const auto wait = [&] {
    const std::scoped_lock held(condition);
    EXPECT_THAT(condition.Wait(), Returns(true));
  };
  const auto notify = [&](int count) {
    const std::scoped_lock held(condition);
    EXPECT_THAT(condition.Notify(count), Succeeds());
  };
  Crew crew;
  crew.RunInEach(2, wait);
  crew.AwaitAsleep();
  ExpectInChild([&] {
    Crew child_crew;
    child_crew.Run(wait);
    child_crew.AwaitAsleep();
    notify(1);
    child_crew.Join();
  });
  notify(2);
}

REGISTER_TYPED_TEST_SUITE_P(ObjectsForkTest, TheForkingThreadOwnsInTheChildWhatItOwned,
                            WhatAMissingThreadOwnedStaysLocked, NoObjectStaysBusyInTheChild,
                            NoMissingThreadIsNotified);

}  // namespace someos

#endif  // SOMEOS_TESTING_THREADING_CONFORMANCE_FORK_H_
