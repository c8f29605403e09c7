// Promise 8, first half: Wake ends one Wait, the running one or else the next; it is never lost,
// and leaves nothing behind.

#include <atomic>
#include <cerrno>
#include <cstddef>
#include <memory>
#include <thread>
#include <vector>

#include "absl/time/time.h"
#include "absl/types/span.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/event.h"
#include "someos/api/interest.h"
#include "someos/api/poller.h"
#include "someos/testing/clocks.h"
#include "someos/testing/pipe.h"
#include "someos/testing/poller/conformance/fixture.h"
#include "someos/testing/poller/waiting_thread.h"
#include "someos/testing/status_matchers.h"
#include "someos/testing/stream_io.h"

namespace someos {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

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

// What a signal handler interrupts may be about to look at errno.
TEST_P(WakeTest, LeavesErrnoAlone) {
  errno = ERANGE;
  EXPECT_THAT(poller().Wake(), Succeeds());
  EXPECT_EQ(errno, ERANGE);
}

// Two threads wake each other in turn: a single lost Wake would end the game.
TEST_P(WakeTest, PingPong) {
  constexpr int kRounds = Rounds(5000);
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
  constexpr int kPerThread = Rounds(5000);
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
