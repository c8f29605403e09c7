#include "someos/api/multiprocessing/synchronize/condition.h"

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "someos/api/multiprocessing/shared_memory/shared_memory.h"
#include "someos/api/multiprocessing/synchronize/event.h"
#include "someos/api/multiprocessing/synchronize/sem_lock.h"
#include "someos/api/multiprocessing/synchronize/synchronize.h"
#include "someos/testing/clocks.h"
#include "someos/testing/expect_in_child.h"
#include "someos/testing/status_matchers.h"

namespace someos::multiprocessing {
namespace {

// Long enough for any machine.
constexpr absl::Duration kLong = absl::Seconds(100);

auto Refused(const std::string& message) {
  return FailsWithCode(absl::StatusCode::kFailedPrecondition, message);
}

// What Python 3.13 says.
TEST(ConditionTest, NeedsItsLock) {
  Condition condition = *Condition::Create();
  EXPECT_THAT(condition.Wait(absl::Milliseconds(10)),
              Refused("must acquire() condition before using wait()"));
  EXPECT_THAT(condition.Notify(), Refused("lock is not owned"));
  EXPECT_THAT(condition.NotifyAll(), Refused("lock is not owned"));
  EXPECT_THAT(condition.Release(), Refused("attempt to release recursive lock"));
}

TEST(ConditionTest, NobodyNotifies) {
  Condition condition = *Condition::Create();
  ASSERT_TRUE(*condition.Acquire());
  const absl::Duration start = MonotonicNow();
  EXPECT_FALSE(*condition.Wait(absl::Milliseconds(20)));
  EXPECT_GE(MonotonicNow() - start, absl::Milliseconds(20));
  EXPECT_FALSE(*condition.Wait(-absl::Seconds(1)));
  EXPECT_FALSE(*condition.WaitFor([] { return false; }, absl::Milliseconds(10)));
  EXPECT_TRUE(*condition.WaitFor([] { return true; }));
  for (const int nobody : {-1, 0, 1, 7}) EXPECT_THAT(condition.Notify(nobody), Succeeds());
  // Those that have given up take no notification away.
  EXPECT_FALSE(*condition.Wait(absl::ZeroDuration()));
  EXPECT_THAT(condition.Release(), Succeeds());
}

// One that gives up while it is notified leaves its wake behind, which the next one must not get.
TEST(ConditionTest, AWakeThatNobodyTakesIsTakenBack) {
  Condition condition = *Condition::Create();
  const Condition::State state = condition.state();
  SemLock sleeping = *SemLock::Open(state.sleeping);
  SemLock woken = *SemLock::Open(state.woken);
  SemLock wait = *SemLock::Open(state.wait);
  ASSERT_THAT(sleeping.Release(), Succeeds());  // as one does that begins to wait
  std::atomic<bool> notified = false;
  std::thread notifier([&] {
    EXPECT_TRUE(*condition.Acquire());
    EXPECT_THAT(condition.Notify(), Succeeds());
    notified = true;
    EXPECT_THAT(condition.Release(), Succeeds());
  });
  while (*wait.IsZero()) std::this_thread::yield();
  EXPECT_FALSE(notified);
  ASSERT_THAT(woken.Release(), Succeeds());  // as one does whose time is over
  notifier.join();
  ASSERT_TRUE(*condition.Acquire());
  EXPECT_FALSE(*condition.Wait(absl::ZeroDuration()));
  EXPECT_THAT(condition.Release(), Succeeds());
}

// A counter that processes share, changed with the condition's lock.
class Counter {
 public:
  Counter() : memory_(*SharedMemory::CreateAnonymous(sizeof(std::atomic<int>))) {}
  std::atomic<int>& value() { return *reinterpret_cast<std::atomic<int>*>(memory_.buf().data()); }

 private:
  SharedMemory memory_;
};

void AwaitWaiters(Condition& condition, Counter& waiting, int count) {
  ASSERT_TRUE(*condition.Acquire());
  // Each has the lock from here until it waits.
  while (waiting.value() < count) {
    ASSERT_THAT(condition.Release(), Succeeds());
    std::this_thread::yield();
    ASSERT_TRUE(*condition.Acquire());
  }
}

TEST(ConditionTest, NotifyWakesAsManyAsItSays) {
  Condition condition = *Condition::Create();
  Counter waiting;
  Counter woken;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      ASSERT_TRUE(*condition.Acquire());
      ++waiting.value();
      EXPECT_TRUE(*condition.Wait());
      ++woken.value();
      EXPECT_THAT(condition.Release(), Succeeds());
    });
  }
  AwaitWaiters(condition, waiting, 4);
  EXPECT_THAT(condition.Notify(1), Succeeds());
  const absl::StatusOr<int> still = SemLock::Open(condition.state().sleeping)->GetValue();
  if (still.ok()) EXPECT_EQ(*still, 3);  // macOS does not tell
  EXPECT_THAT(condition.Release(), Succeeds());
  while (woken.value() < 1) std::this_thread::yield();
  ASSERT_TRUE(*condition.Acquire());
  EXPECT_EQ(woken.value(), 1);
  EXPECT_THAT(condition.NotifyAll(), Succeeds());
  EXPECT_THAT(condition.Release(), Succeeds());
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(woken.value(), 4);
}

TEST(ConditionTest, AProcessNotifiesAnother) {
  Condition condition = *Condition::Create();
  Counter turn;
  std::thread notifying([&] {
    ExpectInChild([&] {
      absl::StatusOr<Condition> opened = Condition::Open(condition.state());
      ASSERT_THAT(opened, Succeeds());
      for (int i = 0; i < 50; ++i) {
        ASSERT_TRUE(*opened->Acquire());
        EXPECT_TRUE(*opened->WaitFor([&] { return turn.value() == 2 * i; }, kLong));
        turn.value() = 2 * i + 1;
        EXPECT_THAT(opened->Notify(), Succeeds());
        EXPECT_THAT(opened->Release(), Succeeds());
      }
    });
  });
  for (int i = 0; i < 50; ++i) {
    ASSERT_TRUE(*condition.Acquire());
    EXPECT_TRUE(*condition.WaitFor([&] { return turn.value() == 2 * i + 1; }, kLong));
    turn.value() = 2 * i + 2;
    EXPECT_THAT(condition.Notify(), Succeeds());
    EXPECT_THAT(condition.Release(), Succeeds());
  }
  notifying.join();
}

TEST(ConditionTest, ReleasesAllLevelsOfAnRLock) {
  Condition condition = *Condition::Create();
  ASSERT_TRUE(*condition.Acquire());
  ASSERT_TRUE(*condition.Acquire());
  std::thread other([&] {
    ASSERT_TRUE(*condition.Acquire());
    EXPECT_THAT(condition.NotifyAll(), Succeeds());
    EXPECT_THAT(condition.Release(), Succeeds());
  });
  EXPECT_TRUE(*condition.Wait(kLong));
  EXPECT_THAT(condition.Release(), Succeeds());
  EXPECT_THAT(condition.Release(), Succeeds());
  other.join();
}

TEST(ConditionTest, TakesALockOfTheProgram) {
  const auto lock = std::make_shared<Lock>(*Lock::Create());
  Condition condition = *Condition::Create(lock);
  ASSERT_TRUE(*lock->Acquire());
  EXPECT_FALSE(*condition.Wait(absl::ZeroDuration()));
  EXPECT_THAT(condition.Release(), Succeeds());
  EXPECT_TRUE(*lock->Acquire(false));
}

// What Python 3.13 prints, in the same order.
TEST(EventTest, IsPythons) {
  Event event = *Event::Create();
  EXPECT_FALSE(*event.IsSet());
  EXPECT_FALSE(*event.Wait(absl::Milliseconds(10)));
  EXPECT_THAT(event.Set(), Succeeds());
  EXPECT_TRUE(*event.Wait());
  EXPECT_TRUE(*event.IsSet());
  EXPECT_THAT(event.Set(), Succeeds());
  EXPECT_THAT(event.Clear(), Succeeds());
  EXPECT_FALSE(*event.Wait(absl::ZeroDuration()));
  EXPECT_FALSE(*event.Wait(-absl::Seconds(1)));
  EXPECT_THAT(event.Clear(), Succeeds());
}

TEST(EventTest, AProcessSetsItForOthers) {
  Event event = *Event::Create();
  std::vector<std::thread> waiting;
  for (int i = 0; i < 3; ++i) {
    waiting.emplace_back([&] { EXPECT_TRUE(*event.Wait(kLong)); });
  }
  ExpectInChild([&] {
    absl::StatusOr<Event> opened = Event::Open(event.state());
    ASSERT_THAT(opened, Succeeds());
    EXPECT_THAT(opened->Set(), Succeeds());
  });
  for (std::thread& thread : waiting) thread.join();
  EXPECT_TRUE(*event.IsSet());
}

}  // namespace
}  // namespace someos::multiprocessing
