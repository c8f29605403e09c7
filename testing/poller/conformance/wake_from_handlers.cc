// Promise 8, first half, continued: Wake from signal handlers.

#include <pthread.h>
#include <signal.h>

#include <cstddef>

#include "absl/base/config.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/poller.h"
#include "someos/testing/allocation_counter.h"
#include "someos/testing/clocks.h"
#include "someos/testing/expect_in_child.h"
#include "someos/testing/poller/conformance/fixture.h"
#include "someos/testing/poller/waiting_thread.h"
#include "someos/testing/signals.h"
#include "someos/testing/status_matchers.h"

namespace someos {
namespace {

using testing::IsEmpty;

// For a handler, which is given no argument of ours.
Poller* g_wake_target = nullptr;
void WakeTarget(int /*signal*/) { g_wake_target->Wake().IgnoreError(); }

TEST_P(WakeTest, FromASignalHandlerBeforeWait) {
  g_wake_target = &poller();
  const ScopedSignalHandler handler(SIGUSR1, WakeTarget);
  raise(SIGUSR1);
  const absl::Duration start = MonotonicNow();
  EXPECT_THAT(Wait(kPatience), IsEmpty());
  EXPECT_LT(MonotonicNow() - start, kPatience);
  ExpectQuiet();
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

}  // namespace
}  // namespace someos
