// Promise 8, first half: Wake ends one Wait, the running one or else the next; it is never lost,
// and leaves nothing behind.

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <set>
#include <thread>
#include <vector>

#include "absl/base/config.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/event.h"
#include "someos/api/interest.h"
#include "someos/api/poller.h"
#include "someos/testing/allocation_counter.h"
#include "someos/testing/clocks.h"
#include "someos/testing/expect_in_child.h"
#include "someos/testing/open_descriptors.h"
#include "someos/testing/pipe.h"
#include "someos/testing/poller/conformance/fixture.h"
#include "someos/testing/poller/waiting_thread.h"
#include "someos/testing/signals.h"
#include "someos/testing/status_matchers.h"
#include "someos/testing/stream_io.h"

namespace someos {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// For a handler, which is given no argument of ours.
Poller* g_wake_target = nullptr;
void WakeTarget(int /*signal*/) { g_wake_target->Wake().IgnoreError(); }

TEST_P(WakeTest, EndsTheRunningWait) {
  WaitingThread waiter(poller());
  waiter.AwaitInside();
  EXPECT_FALSE(waiter.done());
  EXPECT_THAT(poller().Wake(), Succeeds());
  const auto events = waiter.Join();
  ASSERT_THAT(events, Succeeds());
  EXPECT_THAT(*events, IsEmpty());
  ExpectQuiet();
}

TEST_P(WakeTest, EndsTheNextWaitIfNoneRuns) {
  EXPECT_THAT(poller().Wake(), Succeeds());
  const absl::Duration start = MonotonicNow();
  EXPECT_THAT(Wait(kPatience), IsEmpty());
  EXPECT_LT(MonotonicNow() - start, kPatience);
  ExpectQuiet();
}

TEST_P(WakeTest, EndsTheNextWaitFromAnotherThread) {
  std::thread([this] { EXPECT_THAT(poller().Wake(), Succeeds()); }).join();
  const absl::Duration start = MonotonicNow();
  EXPECT_THAT(Wait(kPatience), IsEmpty());
  EXPECT_LT(MonotonicNow() - start, kPatience);
  ExpectQuiet();
}

TEST_P(WakeTest, IsTakenByALookWithoutBlocking) {
  EXPECT_THAT(poller().Wake(), Succeeds());
  EXPECT_THAT(WaitNow(), IsEmpty());
  ExpectQuiet();
}

// More wakes than a pipe holds bytes.
TEST_P(WakeTest, ManyCountAsOne) {
  for (int i = 0; i < 70'000; ++i) ASSERT_THAT(poller().Wake(), Succeeds());
  const absl::Duration start = MonotonicNow();
  EXPECT_THAT(Wait(kPatience), IsEmpty());
  EXPECT_LT(MonotonicNow() - start, kPatience);
  ExpectQuiet();
}

TEST_P(WakeTest, DoesNotHideAnEvent) {
  const Pipe pipe;
  Register(pipe.reader.get(), Interest::kReadable, 0, Trigger::kOneShot);
  WriteText(pipe.writer.get(), "x");
  for (const size_t room : {size_t{64}, size_t{1}}) {
    EXPECT_THAT(poller().Wake(), Succeeds());
    // The Wake may end a first Wait before the event is looked for, but not a second.
    auto events = WaitReady(room);
    if (events.empty()) events = WaitReady(room);
    EXPECT_THAT(events, ElementsAre(EventOf(pipe.reader.get(), Readiness::kReadable)));
    // And the event may end a Wait before the Wake is looked at.
    EXPECT_THAT(WaitNow(room), IsEmpty());
    ExpectQuiet();
    Modify(pipe.reader.get(), Interest::kReadable, 0, Trigger::kOneShot);
  }
}

// A Wake takes no place in the span, and many of them do not starve the descriptors.
TEST_P(WakeTest, DoesNotStarveEvents) {
  const Pipe first;
  const Pipe second;
  Register(first.reader.get(), Interest::kReadable);
  Register(second.reader.get(), Interest::kReadable);
  WriteText(first.writer.get(), "x");
  WriteText(second.writer.get(), "x");
  int firsts = 0;
  int seconds = 0;
  for (int i = 0; i < 40; ++i) {
    EXPECT_THAT(poller().Wake(), Succeeds());
    for (const Event& event : WaitReady(1)) ++(event.fd == first.reader.get() ? firsts : seconds);
  }
  EXPECT_GE(firsts, 5);
  EXPECT_GE(seconds, 5);
}

TEST_P(WakeTest, FromASignalHandlerBeforeWait) {
  g_wake_target = &poller();
  const ScopedSignalHandler handler(SIGUSR1, WakeTarget);
  raise(SIGUSR1);
  const absl::Duration start = MonotonicNow();
  EXPECT_THAT(Wait(kPatience), IsEmpty());
  EXPECT_LT(MonotonicNow() - start, kPatience);
  ExpectQuiet();
}

// What a signal handler interrupts may be about to look at errno.
TEST_P(WakeTest, LeavesErrnoAlone) {
  errno = ERANGE;
  EXPECT_THAT(poller().Wake(), Succeeds());
  EXPECT_EQ(errno, ERANGE);
}

// A handler must not allocate memory. A forked child inherits it, and the poller that it wakes.
TEST_P(WakeTest, AllocatesNothingWhateverItReturns) {
  if (!CountsAllocations()) GTEST_SKIP() << "the sanitizer has its own operator new";
  const auto expect_no_allocation = [this](bool refused) {
    const size_t before = Allocations();
    const bool ok = poller().Wake().ok();
    const size_t made = Allocations() - before;
    EXPECT_EQ(made, 0u);
    EXPECT_EQ(ok, !refused);
  };
  expect_no_allocation(/*refused=*/false);
  ExpectInChild([&] { expect_no_allocation(/*refused=*/true); });
}

TEST_P(WakeTest, FromASignalHandlerDuringWait) {
#ifdef ABSL_HAVE_THREAD_SANITIZER
  GTEST_SKIP() << "the thread sanitizer runs a handler only after the Wait that it should end";
#endif
  g_wake_target = &poller();
  const ScopedSignalHandler handler(SIGUSR1, WakeTarget);
  for (int i = 0; i < 50; ++i) {
    WaitingThread waiter(poller());
    waiter.AwaitInside();
    pthread_kill(waiter.handle(), SIGUSR1);
    const auto events = waiter.Join();
    ASSERT_THAT(events, Succeeds());
    ASSERT_THAT(*events, IsEmpty());
  }
  ExpectQuiet();
}

// Fills every descriptor of those since `before` that has a counter or a buffer that fills up.
void FillAllSince(const std::set<int>& before) {
  for (const int fd : OpenDescriptors()) {
    if (before.count(fd) != 0 || !(fcntl(fd, F_GETFL) & O_NONBLOCK)) continue;
    // What an eventfd that has 0 or 1 takes until it is full. A pipe takes anything.
    for (const uint64_t number : {UINT64_MAX - 1, UINT64_MAX - 2}) {
      while (write(fd, &number, sizeof(number)) > 0) {
      }
    }
  }
}

// As full as after as many wakes as its counter can hold, or by other code that has a duplicate.
TEST_P(WakeTest, ReachesAWaitThroughAFullChannel) {
  if (OverLibkqueue()) GTEST_SKIP() << "libkqueue: has channels of its own, which cannot be full";
  const std::set<int> before = OpenDescriptors();
  const auto full = NewPoller();
  FillAllSince(before);
  Event event;
  // Tells an edge-triggered poller that its channel is full.
  EXPECT_EQ(full->Wait(absl::MakeSpan(&event, 1), absl::Milliseconds(1)).value_or(9), 0u);
  for (int i = 0; i < 2; ++i) {
    EXPECT_THAT(full->Wake(), Succeeds());
    const absl::Duration start = MonotonicNow();
    EXPECT_EQ(full->Wait(absl::MakeSpan(&event, 1), kPatience).value_or(9), 0u);
    EXPECT_LT(MonotonicNow() - start, kPatience);
    FillAllSince(before);
  }
}

// Two threads wake each other in turn: a single lost Wake would end the game.
TEST_P(WakeTest, PingPong) {
  constexpr int kRounds = 5000;
  const std::unique_ptr<Poller> other = NewPoller();
  const auto play = [](Poller& mine, Poller& theirs) {
    Event event;
    for (int i = 0; i < kRounds; ++i) {
      ASSERT_THAT(mine.Wait(absl::MakeSpan(&event, 1), absl::InfiniteDuration()), Succeeds());
      ASSERT_THAT(theirs.Wake(), Succeeds());
    }
  };
  std::thread opponent([&] { play(*other, poller()); });
  EXPECT_THAT(poller().Wake(), Succeeds());
  play(poller(), *other);
  opponent.join();
}

// Several threads announce work and wake: after the last announcement comes a wakeup.
TEST_P(WakeTest, NoneIsLostInAStorm) {
  constexpr int kThreads = 3;
  constexpr int kPerThread = 5000;
  std::atomic<int> announced{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      for (int j = 0; j < kPerThread; ++j) {
        announced.fetch_add(1);
        ASSERT_THAT(poller().Wake(), Succeeds());
      }
    });
  }
  Event event;
  while (announced.load() < kThreads * kPerThread) {
    ASSERT_THAT(poller().Wait(absl::MakeSpan(&event, 1), absl::InfiniteDuration()), Succeeds());
  }
  for (std::thread& thread : threads) thread.join();
  // What the threads woke after our last look.
  EXPECT_THAT(WaitNow(), IsEmpty());
  ExpectQuiet();
}

}  // namespace
}  // namespace someos
