// The objects of //backends/thread_base themselves under many schedules: their real code, on the
// Core that steps.

#include <atomic>
#include <mutex>
#include <utility>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/backends/thread_stepped/core.h"
#include "someos/backends/thread_stepped/explore.h"
#include "someos/backends/thread_stepped/thread_stepped.h"

namespace someos::thread_stepped {
namespace {

using Thread = Threads::Thread;

// May pass at any moment.
constexpr absl::Duration kSoon = absl::Milliseconds(1);

template <typename... Bodies>
void Together(Bodies... bodies) {
  Thread threads[] = {Thread(bodies)...};
  for (Thread& thread : threads) Check(thread.Start().ok(), "not started");
  for (Thread& thread : threads) Check(thread.Join().value_or(false), "not joined");
}

bool Succeeds(const absl::StatusOr<bool>& result) {
  Check(result.ok(), "an error");
  return *result;
}

// On a busy machine a schedule takes milliseconds: at each switch its threads wait for a processor.
// Most of these bodies have fewer schedules than 300 with two preemptions.
void ExpectRightInAllSchedules(absl::FunctionRef<void()> body) {
  ExploreOptions options;
  options.schedules = 300;
  EXPECT_TRUE(Explore(body, options).ok());
  options.order = Order::kExhaustive;
  options.preemptions = 2;
  options.schedules = 2000;
  EXPECT_TRUE(Explore(body, options).ok());
}

TEST(ExploredObjectsTest, LocksKeepThreadsApart) {
  ExpectRightInAllSchedules([] {
    Lock lock;
    RLock rlock;
    Atomic<int> inside = 0;
    const auto enter = [&] {
      Check(inside.fetch_add(1) == 0, "two threads are inside");
      inside.fetch_sub(1);
    };
    Together(
        [&] {
          const std::scoped_lock both(lock, rlock);
          enter();
        },
        [&] {
          const std::scoped_lock held(lock);
          enter();
        },
        [&] {
          if (!Succeeds(lock.Acquire(true, kSoon))) return;
          enter();
          Check(lock.Release().ok(), "not released");
        });
  });
}

// If the thread with the timeout leaves without its notification, the other one has it.
TEST(ExploredObjectsTest, NoNotificationIsLostToATimeout) {
  ExpectRightInAllSchedules([] {
    RLock lock;
    Condition condition(lock);
    Semaphore waiting(0);
    const auto notify = [&] { Check(condition.Notify().ok(), "not notified"); };
    Together(
        [&] {
          const std::scoped_lock held(lock);
          waiting.unlock();
          if (Succeeds(condition.Wait(kSoon))) notify();
        },
        [&] {
          const std::scoped_lock held(lock);
          const std::scoped_lock twice(lock);
          waiting.unlock();
          Check(Succeeds(condition.Wait()), "woken by nobody");
        },
        [&] {
          waiting.lock();
          waiting.lock();
          const std::scoped_lock held(lock);
          notify();
        });
  });
}

TEST(ExploredObjectsTest, NoReleaseIsLostToATimeout) {
  ExpectRightInAllSchedules([] {
    Semaphore semaphore(0);
    const auto release = [&] { Check(semaphore.Release().ok(), "not released"); };
    Together(
        [&] {
          if (Succeeds(semaphore.Acquire(true, kSoon))) release();
        },
        [&] { Check(Succeeds(semaphore.Acquire()), "not acquired"); }, release);
    Check(!Succeeds(semaphore.Acquire(false)), "one too many");
  });
}

TEST(ExploredObjectsTest, ABarrierLetsAllPassTogetherAgain) {
  ExpectRightInAllSchedules([] {
    Atomic<int> came = 0;
    Barrier barrier(3);
    const auto pass = [&] {
      for (int round = 1; round <= 2; ++round) {
        came.fetch_add(1);
        Check(barrier.Wait().ok(), "broken");
        Check(came.load() >= 3 * round, "too early");
      }
    };
    Together(pass, pass, pass);
  });
}

TEST(ExploredObjectsTest, ABarrierBreaksForAllOrForNone) {
  ExpectRightInAllSchedules([] {
    Barrier barrier(2);
    bool passed[2] = {false, false};
    Together([&] { passed[0] = barrier.Wait(kSoon).ok(); },
             [&] { passed[1] = barrier.Wait(kSoon).ok(); });
    Check(passed[0] == passed[1], "one has passed alone");
    Check(passed[0] != barrier.broken(), "broken, or not");
  });
}

// Once the action has begun, no timeout breaks the barrier.
TEST(ExploredObjectsTest, ABarrierThatIsFullDoesNotTimeOut) {
  ExpectRightInAllSchedules([] {
    bool acted = false;
    Barrier barrier(2, [&] {
      acted = true;
      Yield();
      return absl::OkStatus();
    });
    bool passed[2] = {false, false};
    Together([&] { passed[0] = barrier.Wait(kSoon).ok(); },
             [&] { passed[1] = barrier.Wait(kSoon).ok(); });
    Check(passed[0] == acted && passed[1] == acted, "full, and broken");
  });
}

TEST(ExploredObjectsTest, AResetThrowsTheWaitingOut) {
  ExpectRightInAllSchedules([] {
    Barrier barrier(2);
    bool passed[2] = {false, false};
    Together([&] { passed[0] = barrier.Wait().ok(); },
             [&] {
               Check(barrier.Reset().ok(), "not reset");
               passed[1] = barrier.Wait(kSoon).ok();
             });
    Check(passed[0] == passed[1], "one has passed alone");
  });
}

TEST(ExploredObjectsTest, NoSettingIsLost) {
  ExpectRightInAllSchedules([] {
    Event ping;
    Event pong;
    Together(
        [&] {
          for (int i = 0; i < 2; ++i) {
            Check(Succeeds(ping.Wait()), "not set");
            ping.Clear();
            pong.Set();
          }
        },
        [&] {
          for (int i = 0; i < 2; ++i) {
            ping.Set();
            while (!Succeeds(pong.Wait(kSoon))) {
            }
            pong.Clear();
          }
        });
  });
}

// For what is no word: here an atomic variable, whose use is no scheduling point and no data race;
// in tests of pollers a descriptor.
bool WaitFor(const std::atomic<bool>& ready, absl::Duration timeout) {
  return Core::WaitUntil([&] { return ready.load(); }, timeout, {"Gate.Wait", &ready});
}

TEST(ExploredObjectsTest, AWaitUntilEndsWhenItIsSo) {
  ExpectRightInAllSchedules([] {
    Atomic<int> steps = 0;
    std::atomic<bool> open = false;
    Together([&] { Check(WaitFor(open, absl::InfiniteDuration()) && open, "not open"); },
             [&] { Check(WaitFor(open, absl::Hours(1)), "timed out"); },
             [&] {
               ++steps;
               open = true;
             });
  });
}

TEST(ExploredObjectsTest, AWaitUntilTimesOut) {
  ExpectRightInAllSchedules([] {
    const std::atomic<bool> open = false;
    Together([&] { Check(!WaitFor(open, absl::Hours(1)), "open"); },
             [&] { Check(!WaitFor(open, absl::ZeroDuration()), "open"); });
  });
}

TEST(ExploredObjectsTest, AWaitUntilThatNobodyEndsIsReported) {
  const std::atomic<bool> open = false;
  const absl::Status status = Explore([&] { WaitFor(open, absl::InfiniteDuration()); });
  EXPECT_THAT(status.message(),
              testing::HasSubstr("lost wakeup: nobody is left to end the wait of [0] body in "
                                 "Gate#1.Wait"));
}

// The thread goes on meanwhile; what is assigned to waits for its own first.
TEST(ExploredObjectsTest, AThreadIsMovedWhileItRuns) {
  ExpectRightInAllSchedules([] {
    Atomic<int> ended = 0;
    Event go;
    const auto run = [&] {
      Check(Succeeds(go.Wait()), "not told to go");
      ++ended;
    };
    Thread first(run);
    Check(first.Start().ok(), "not started");
    Threads::ThreadRef reference = first;
    Thread second = std::move(first);
    Check(second == reference, "another thread");
    Together([&, reference]() mutable { Check(Succeeds(reference.Join()), "not joined"); },
             [&] { go.Set(); },
             [&] {
               first = Thread(run);
               Check(first.Start().ok(), "not started");
               second = std::move(first);
               Check(ended >= 1, "the one before has not ended");
             });
    Check(Succeeds(second.Join()) && ended == 2, "not both have ended");
  });
}

}  // namespace
}  // namespace someos::thread_stepped
