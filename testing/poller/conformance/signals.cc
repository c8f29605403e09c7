// Promise 6, continued: a signal does not end a Wait, nor shorten or lengthen it, unless the poller
// was made to return on signals.

#include "someos/testing/signals.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>

#include <atomic>
#include <cerrno>
#include <cstdint>
#include <string>
#include <thread>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/backend.h"
#include "someos/api/diagnostics.h"
#include "someos/api/event.h"
#include "someos/api/interest.h"
#include "someos/api/poller.h"
#include "someos/testing/clocks.h"
#include "someos/testing/pipe.h"
#include "someos/testing/poller/conformance/fixture.h"
#include "someos/testing/poller/waiting_thread.h"
#include "someos/testing/status_matchers.h"
#include "someos/testing/stream_io.h"
#include "someos/testing/threading/crew.h"

namespace someos {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr absl::Duration kPeriod = absl::Milliseconds(2);

std::atomic<int> g_handled{0};
void CountSignal(int /*signal*/) { g_handled.fetch_add(1); }

TEST_P(SignalsTest, WhatSignalsDoIsLeftAlone) {
  const std::string before = SignalSettings();
  const Pipe pipe;
  Register(pipe.reader.get(), Interest::kReadable);
  std::string in_another_thread;
  std::thread([&] {
    EXPECT_THAT(poller().Wake(), Succeeds());
    in_another_thread = SignalSettings();
  }).join();
  EXPECT_THAT(Wait(kPatience), IsEmpty());
  EXPECT_THAT(Wait(absl::Milliseconds(1)), IsEmpty());
  Unregister(pipe.reader.get());
  EXPECT_EQ(SignalSettings(), before);
  EXPECT_EQ(in_another_thread, before);
  DestroyPoller();
  EXPECT_EQ(SignalSettings(), before);
}

TEST_P(SignalsTest, TimeoutHoldsUnderSignals) {
  constexpr absl::Duration kTimeout = absl::Milliseconds(150);
  const Pipe pipe;
  Register(pipe.reader.get(), Interest::kReadable);
  const ScopedSignalHandler handler(SIGUSR1, CountSignal);
  g_handled = 0;
  const SignalStorm storm(pthread_self(), SIGUSR1, kPeriod);
  // More than one Wait only where the storm's thread hardly runs, as in an emulator.
  constexpr int kMostWaits = 20;
  for (int waits = 0; waits < kMostWaits && g_handled.load() < 3; ++waits) {
    const absl::Duration start = MonotonicNow();
    EXPECT_THAT(Wait(kTimeout), IsEmpty());
    const absl::Duration elapsed = MonotonicNow() - start;
    EXPECT_GE(elapsed, kTimeout);
    // A Wait that began anew after each signal would not end while they come.
    EXPECT_LT(elapsed, kTimeout + absl::Seconds(5));
  }
  EXPECT_GE(g_handled.load(), 3) << "too few signals came to prove anything";
}

TEST_P(SignalsTest, InfiniteWaitGoesOnUnderSignals) {
  const Pipe pipe;
  Register(pipe.reader.get(), Interest::kReadable);
  const ScopedSignalHandler handler(SIGUSR1, CountSignal);
  g_handled = 0;
  WaitingThread waiter(poller());
  waiter.AwaitInside();
  {
    const SignalStorm storm(waiter.handle(), SIGUSR1, kPeriod);
    while (g_handled.load() < 5 && !waiter.done()) sched_yield();
  }
  EXPECT_FALSE(waiter.done());
  WriteText(pipe.writer.get(), "x");
  const auto events = waiter.Join();
  ASSERT_THAT(events, Succeeds());
  EXPECT_THAT(*events, ElementsAre(EventOf(pipe.reader.get(), Readiness::kReadable)));
}

TEST_P(SignalsTest, ReturnOnSignalEndsAnInfiniteWait) {
  const auto returning = NewPoller(PollerOptions{/*return_on_signal=*/true});
  const Pipe pipe;
  ASSERT_THAT(returning->Register(pipe.reader.get(), Interest::kReadable), Succeeds());
  const ScopedSignalHandler handler(SIGUSR1, CountSignal);
  // More than one signal: the first may come before the thread is inside the kernel.
  const SignalStorm storm(pthread_self(), SIGUSR1, kPeriod);
  Event event;
  EXPECT_THAT(returning->Wait(absl::MakeSpan(&event, 1), absl::InfiniteDuration()),
              FailsWithErrno(EINTR, "wait"));
}

TEST_P(SignalsTest, ReturnOnSignalEndsATimedWait) {
  const auto returning = NewPoller(PollerOptions{/*return_on_signal=*/true});
  const ScopedSignalHandler handler(SIGUSR1, CountSignal);
  const SignalStorm storm(pthread_self(), SIGUSR1, kPeriod);
  Event event;
  EXPECT_THAT(returning->Wait(absl::MakeSpan(&event, 1), kPatience), FailsWithErrno(EINTR, "wait"));
}

// One that sleeps through the signal has no second one to end its Wait.
TEST_P(SignalsTest, OneSignalDuringTheSleepIsEnough) {
#ifndef __linux__
  GTEST_SKIP() << "this system does not tell whether a thread is asleep";
#endif
  const auto returning = NewPoller(PollerOptions{/*return_on_signal=*/true});
  const ScopedSignalHandler handler(SIGUSR1, CountSignal);
  for (const absl::Duration timeout : {absl::InfiniteDuration(), kPatience}) {
    SCOPED_TRACE(timeout);
    absl::StatusOr<size_t> result;
    std::atomic<pthread_t> sleeper{};
    Crew crew;
    crew.Run([&] {
      sleeper = pthread_self();
      Event event;
      result = returning->Wait(absl::MakeSpan(&event, 1), timeout);
    });
    crew.AwaitAsleep();
    pthread_kill(sleeper, SIGUSR1);
    crew.Join();
    EXPECT_THAT(result, FailsWithErrno(EINTR, "wait"));
  }
}

TEST_P(SignalsTest, ReturnOnSignalStillReportsEvents) {
  const auto returning = NewPoller(PollerOptions{/*return_on_signal=*/true});
  const Pipe pipe;
  ASSERT_THAT(returning->Register(pipe.reader.get(), Interest::kReadable), Succeeds());
  WriteText(pipe.writer.get(), "x");
  Event event;
  const absl::StatusOr<size_t> count = returning->Wait(absl::MakeSpan(&event, 1), kPatience);
  ASSERT_THAT(count, Succeeds());
  EXPECT_EQ(*count, 1u);
  EXPECT_THAT(event, EventOf(pipe.reader.get(), Readiness::kReadable));
}

// A storm of signals over a stream of events: no event is lost.
TEST_P(SignalsTest, EventsArriveUnderSignals) {
  const Pipe pipe;
  Register(pipe.reader.get(), Interest::kReadable, 0, Trigger::kOneShot);
  const ScopedSignalHandler handler(SIGUSR1, CountSignal);
  const SignalStorm storm(pthread_self(), SIGUSR1, absl::Microseconds(200));
  for (int i = 0; i < 300; ++i) {
    WriteText(pipe.writer.get(), "x");
    ASSERT_THAT(WaitReady(), ElementsAre(EventOf(pipe.reader.get(), Readiness::kReadable)));
    EXPECT_EQ(ReadAvailable(pipe.reader.get()), "x");
    Modify(pipe.reader.get(), Interest::kReadable, 0, Trigger::kOneShot);
  }
}

// A Wait that goes on is one Wait, and the signals that came meanwhile are not spurious.
TEST_P(DiagnosticsTest, CountsTheInterruptionsOfAWaitThatGoesOn) {
  const ScopedSignalHandler handler(SIGUSR1, CountSignal);
  const SignalStorm storm(pthread_self(), SIGUSR1, absl::Milliseconds(2));
  uint64_t waits = 0;
  // More than one Wait only where the storm's thread hardly runs.
  constexpr uint64_t kMostWaits = 50;
  while (poller().counters().interrupted == 0 && waits < kMostWaits) {
    EXPECT_THAT(Wait(absl::Milliseconds(50)), IsEmpty());
    ++waits;
  }
  const Counters counters = poller().counters();
  EXPECT_GT(counters.interrupted, 0u);
  EXPECT_EQ(counters.waits, waits);
  EXPECT_EQ(counters.events, 0u);
  EXPECT_EQ(counters.wakes, 0u);
  EXPECT_EQ(counters.spurious, 0u);
}

TEST_P(DiagnosticsTest, CountsAnInterruptionThatEndsTheWaitButNotTheWait) {
  const auto returning = NewPoller(PollerOptions{/*return_on_signal=*/true});
  const ScopedSignalHandler handler(SIGUSR1, CountSignal);
  {
    const SignalStorm storm(pthread_self(), SIGUSR1, absl::Milliseconds(2));
    Event event;
    EXPECT_THAT(returning->Wait(absl::MakeSpan(&event, 1), absl::InfiniteDuration()),
                FailsWithErrno(EINTR, "wait"));
  }
  EXPECT_EQ(absl::StrCat(returning->counters()),
            absl::StrCat(Counters{/*waits=*/0, /*events=*/0, /*wakes=*/0, /*spurious=*/0,
                                  /*interrupted=*/1}));
}

}  // namespace
}  // namespace someos
