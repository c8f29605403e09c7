// Condition.

#ifndef SOMEOS_TESTING_THREADING_CONFORMANCE_CONDITION_H_
#define SOMEOS_TESTING_THREADING_CONFORMANCE_CONDITION_H_

#include <atomic>
#include <mutex>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/testing/clocks.h"
#include "someos/testing/status_matchers.h"
#include "someos/testing/threading/conformance/fixture.h"
#include "someos/testing/threading/crew.h"

namespace someos {

template <typename Threads>
class ConditionTest : public ThreadingTest<Threads> {
 protected:
  using Condition = typename Threads::Condition;

  // Lets a thread wait on `condition`; what it waits for comes first.
  void RunWaiter(Crew& crew, Condition& condition, std::vector<int>& woken, int number) {
    crew.Run([&, number] {
      const std::scoped_lock lock(condition);
      EXPECT_THAT(condition.Wait(), Returns(true));
      woken.push_back(number);
    });
    crew.AwaitAsleep();
  }
};
TYPED_TEST_SUITE_P(ConditionTest);

TYPED_TEST_P(ConditionTest, NeedsItsLock) {
  typename TypeParam::Lock lock;
  typename TypeParam::RLock rlock;
  typename TypeParam::Condition own;
  typename TypeParam::Condition of_lock(lock);
  typename TypeParam::Condition of_rlock(rlock);
  for (typename TypeParam::Condition* condition : {&own, &of_lock, &of_rlock}) {
    const auto fails = [](const char* message) {
      return FailsWithCode(absl::StatusCode::kFailedPrecondition, message);
    };
    EXPECT_THAT(condition->Wait(), fails("cannot wait on un-acquired lock"));
    EXPECT_THAT(condition->Wait(absl::ZeroDuration()), fails("cannot wait on un-acquired lock"));
    EXPECT_THAT(condition->WaitFor([] { return true; }), fails("cannot wait on un-acquired lock"));
    EXPECT_THAT(condition->Notify(), fails("cannot notify on un-acquired lock"));
    EXPECT_THAT(condition->NotifyAll(), fails("cannot notify on un-acquired lock"));
    ASSERT_THAT(condition->Acquire(), Returns(true));
    EXPECT_THAT(condition->Notify(), Succeeds());
    EXPECT_THAT(condition->Notify(0), Succeeds());
    EXPECT_THAT(condition->Notify(-1), Succeeds());
    EXPECT_THAT(condition->NotifyAll(), Succeeds());
    EXPECT_THAT(condition->Release(), Succeeds());
  }
}

TYPED_TEST_P(ConditionTest, ItsFunctionsAreThoseOfItsLock) {
  typename TypeParam::Lock lock;
  typename TypeParam::Condition condition(lock);
  EXPECT_THAT(condition.Acquire(), Returns(true));
  EXPECT_TRUE(lock.locked());
  EXPECT_THAT(condition.Acquire(true, absl::Milliseconds(1)), Returns(false));
  EXPECT_THAT(condition.Acquire(false, absl::Seconds(1)),
              FailsWithCode(absl::StatusCode::kInvalidArgument, "can't specify a timeout"));
  EXPECT_THAT(condition.Release(), Succeeds());
  EXPECT_THAT(condition.Release(),
              FailsWithCode(absl::StatusCode::kFailedPrecondition, "release unlocked lock"));
  const std::unique_lock held(condition);
  EXPECT_TRUE(lock.locked());
}

TYPED_TEST_P(ConditionTest, ATimedWaitTakesItsTimeAndTimesOut) {
  typename TypeParam::Condition condition;
  const std::scoped_lock lock(condition);
  const absl::Duration start = MonotonicNow();
  EXPECT_THAT(condition.Wait(absl::Milliseconds(30)), Returns(false));
  EXPECT_GE(MonotonicNow() - start, absl::Milliseconds(30));
  EXPECT_THAT(condition.Wait(absl::ZeroDuration()), Returns(false));
  EXPECT_THAT(condition.Wait(absl::Seconds(-1)), Returns(false));
  EXPECT_THAT(condition.Wait(absl::Seconds(9223372037)),
              FailsWithCode(absl::StatusCode::kOutOfRange, "timeout value is too large"));
  EXPECT_THAT(condition.NotifyAll(), Succeeds());  // the lock is held again
}

TYPED_TEST_P(ConditionTest, WaitForReturnsWhatThePredicateDoes) {
  typename TypeParam::Condition condition;
  const std::scoped_lock lock(condition);
  EXPECT_THAT(condition.WaitFor([] { return true; }), Returns(true));
  EXPECT_THAT(condition.WaitFor([] { return true; }, absl::Seconds(-1)), Returns(true));
  EXPECT_THAT(condition.WaitFor([] { return false; }, absl::Seconds(-1)), Returns(false));
  const absl::Duration start = MonotonicNow();
  EXPECT_THAT(condition.WaitFor([] { return false; }, absl::Milliseconds(30)), Returns(false));
  EXPECT_GE(MonotonicNow() - start, absl::Milliseconds(30));
  int calls = 0;
  EXPECT_THAT(condition.WaitFor([&] { return ++calls == 2; }, absl::Milliseconds(1)),
              Returns(true));
}

TYPED_TEST_P(ConditionTest, AWaitThatNobodyCanEndIsAnError) {
  if (!TypeParam::Core::kInline) GTEST_SKIP() << "another thread can end it";
  typename TypeParam::RLock lock;
  typename TypeParam::Condition condition(lock);
  const std::scoped_lock twice(condition);
  const std::scoped_lock thrice(condition);
  EXPECT_THAT(condition.Wait(), FailsWithCode(absl::StatusCode::kFailedPrecondition,
                                              "would wait for ever: there is one thread"));
  EXPECT_THAT(condition.WaitFor([] { return false; }),
              FailsWithCode(absl::StatusCode::kFailedPrecondition,
                            "would wait for ever: there is one thread"));
  EXPECT_TRUE(lock.locked());
}

TYPED_TEST_P(ConditionTest, NotifiesThoseThatHaveWaitedLongest) {
  SOMEOS_NEEDS_THREADS();
  typename TypeParam::Lock lock;
  typename TypeParam::Condition condition(lock);
  std::vector<int> woken;
  Crew crew;
  for (int i = 0; i < 5; ++i) this->RunWaiter(crew, condition, woken, i);
  const auto notify = [&](int count) {
    {
      const std::scoped_lock held(condition);
      ASSERT_THAT(condition.Notify(count), Succeeds());
    }
    crew.AwaitAsleep();
  };
  const auto seen = [&] {
    const std::scoped_lock held(condition);
    return woken;
  };
  notify(0);
  notify(-3);
  EXPECT_THAT(seen(), testing::IsEmpty());
  notify(1);
  EXPECT_THAT(seen(), testing::ElementsAre(0));
  notify(2);
  EXPECT_THAT(seen(), testing::UnorderedElementsAre(0, 1, 2));
  this->RunWaiter(crew, condition, woken, 5);
  notify(1);
  EXPECT_THAT(seen(), testing::UnorderedElementsAre(0, 1, 2, 3));
  notify(100);
  crew.Join();
  EXPECT_THAT(seen(), testing::UnorderedElementsAre(0, 1, 2, 3, 4, 5));
}

TYPED_TEST_P(ConditionTest, NotifyAllWakesAll) {
  SOMEOS_NEEDS_THREADS();
  typename TypeParam::Condition condition;
  std::vector<int> woken;
  Crew crew;
  for (int i = 0; i < 4; ++i) this->RunWaiter(crew, condition, woken, i);
  {
    const std::scoped_lock held(condition);
    ASSERT_THAT(condition.NotifyAll(), Succeeds());
  }
  crew.Join();
  EXPECT_THAT(woken, testing::UnorderedElementsAre(0, 1, 2, 3));
}

TYPED_TEST_P(ConditionTest, WaitReleasesAllLevelsOfAnRLock) {
  SOMEOS_NEEDS_THREADS();
  typename TypeParam::RLock lock;
  typename TypeParam::Condition condition(lock);
  Crew crew;
  crew.Run([&] {
    const std::scoped_lock outer(lock);
    const std::scoped_lock inner(lock);
    EXPECT_THAT(condition.Wait(), Returns(true));
    EXPECT_THAT(condition.Notify(), Succeeds());
    EXPECT_THAT(lock.Release(), Succeeds());
    EXPECT_TRUE(lock.locked());  // the outer level has come back as well
    EXPECT_THAT(lock.Acquire(), Returns(true));
  });
  crew.AwaitAsleep();
  ASSERT_THAT(condition.Acquire(false), Returns(true));
  EXPECT_THAT(condition.Notify(), Succeeds());
  EXPECT_THAT(condition.Release(), Succeeds());
  crew.Join();
  EXPECT_FALSE(lock.locked());
}

// One that was notified but had to wait for the lock longer than its timeout.
TYPED_TEST_P(ConditionTest, ANotificationBeforeTheTimeoutCounts) {
  SOMEOS_NEEDS_THREADS();
  typename TypeParam::Lock lock;
  typename TypeParam::Condition condition(lock);
  constexpr absl::Duration kTimeout = absl::Milliseconds(200);
  std::atomic<bool> in_time{false};
  Crew crew;
  crew.Run([&] {
    const std::scoped_lock held(condition);
    const absl::StatusOr<bool> notified = condition.Wait(kTimeout);
    if (in_time) {
      EXPECT_THAT(notified, Returns(true));
    }
  });
  crew.AwaitAsleep();
  const absl::Duration start = MonotonicNow();
  const std::unique_lock held(condition);
  EXPECT_THAT(condition.Notify(), Succeeds());
  in_time = MonotonicNow() - start < kTimeout / 2;
  while (MonotonicNow() - start < kTimeout * 2) crew.AwaitAsleep();
}

// Four wait with a timeout, four without, and four are notified at about the time of the timeout:
// so many wake, whichever.
TYPED_TEST_P(ConditionTest, ATimeoutTakesNoNotificationAway) {
  SOMEOS_NEEDS_THREADS();
  constexpr int kEach = 4;
  for (int round = 0; round < 60; ++round) {
    typename TypeParam::Lock lock;
    typename TypeParam::Condition condition(lock);
    std::atomic<int> waiting{0};
    std::atomic<int> notified{0};
    const auto wait = [&](absl::Duration timeout) {
      const std::scoped_lock held(condition);
      ++waiting;
      if (condition.Wait(timeout).value_or(false)) ++notified;
    };
    Crew crew;
    Crew patient;
    crew.RunInEach(kEach, [&] { wait(absl::Milliseconds(2)); });
    patient.RunInEach(kEach, [&] { wait(absl::InfiniteDuration()); });
    while (waiting < 2 * kEach) std::this_thread::yield();
    const absl::Duration start = MonotonicNow();
    while (MonotonicNow() - start < absl::Microseconds(1000 + 25 * round)) {
    }
    {
      const std::scoped_lock held(condition);
      ASSERT_THAT(condition.Notify(kEach), Succeeds());
    }
    crew.Join();
    patient.AwaitAsleep();
    const std::scoped_lock held(condition);
    EXPECT_EQ(notified, kEach);
    EXPECT_THAT(condition.NotifyAll(), Succeeds());
  }
}

TYPED_TEST_P(ConditionTest, SeveralMayShareALock) {
  SOMEOS_NEEDS_THREADS();
  typename TypeParam::Lock lock;
  typename TypeParam::Condition not_empty(lock);
  typename TypeParam::Condition not_full(lock);
  constexpr int kItems = 5000;
  std::vector<int> queue;
  int sum = 0;
  Crew crew;
  crew.RunInEach(2, [&] {
    for (int i = 1; i <= kItems; ++i) {
      const std::scoped_lock held(lock);
      if (!not_full.WaitFor([&] { return queue.size() < 2; }).value_or(false)) ADD_FAILURE();
      queue.push_back(i);
      if (!not_empty.Notify().ok()) ADD_FAILURE();
    }
  });
  crew.RunInEach(2, [&] {
    for (int i = 1; i <= kItems; ++i) {
      const std::scoped_lock held(lock);
      while (queue.empty()) {
        if (!not_empty.Wait().value_or(false)) ADD_FAILURE();
      }
      sum += queue.back();
      queue.pop_back();
      if (!not_full.Notify().ok()) ADD_FAILURE();
    }
  });
  crew.Join();
  EXPECT_EQ(sum, 2 * (kItems * (kItems + 1) / 2));
}

REGISTER_TYPED_TEST_SUITE_P(ConditionTest, NeedsItsLock, ItsFunctionsAreThoseOfItsLock,
                            ATimedWaitTakesItsTimeAndTimesOut, WaitForReturnsWhatThePredicateDoes,
                            AWaitThatNobodyCanEndIsAnError, NotifiesThoseThatHaveWaitedLongest,
                            NotifyAllWakesAll, WaitReleasesAllLevelsOfAnRLock,
                            ANotificationBeforeTheTimeoutCounts, ATimeoutTakesNoNotificationAway,
                            SeveralMayShareALock);

}  // namespace someos

#endif  // SOMEOS_TESTING_THREADING_CONFORMANCE_CONDITION_H_
