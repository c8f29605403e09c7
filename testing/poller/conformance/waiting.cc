// Promises 6 and 12: Wait is never early, does not spin, survives every timeout, and allocates
// nothing. Lower bounds are exact; upper bounds are generous, for the machine may be busy.

#include <time.h>

#include <algorithm>
#include <climits>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/event.h"
#include "someos/api/interest.h"
#include "someos/testing/allocation_counter.h"
#include "someos/testing/clocks.h"
#include "someos/testing/pipe.h"
#include "someos/testing/poller/conformance/fixture.h"
#include "someos/testing/poller/waiting_thread.h"
#include "someos/testing/rests.h"
#include "someos/testing/status_matchers.h"
#include "someos/testing/stream_io.h"

namespace someos {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// No machine is that late that still does its work; below kPatience, which a Wait that missed its
// own timeout would not hold to either.
constexpr absl::Duration kLate = absl::Seconds(5);

const absl::Duration kAbsurdTimeouts[] = {
    absl::InfiniteDuration(),
    absl::Seconds(std::numeric_limits<int64_t>::max()),
    absl::Nanoseconds(std::numeric_limits<int64_t>::max()),
    // One that the clock could tell if it began with the wait, and the last before infinity.
    absl::Nanoseconds(std::numeric_limits<int64_t>::max() - 1),
    absl::Seconds(std::numeric_limits<int64_t>::max()) + absl::Nanoseconds(999'999'999.75),
    absl::Hours(24 * 365 * 1000),
    // What an int of milliseconds and an int of seconds hold, and one step beyond.
    absl::Milliseconds(INT_MAX),
    absl::Seconds(INT_MAX),
    absl::Milliseconds(int64_t{1} << 31),
    absl::Seconds(int64_t{1} << 31),
    absl::Seconds(100'000'001),  // macOS refuses a timespec above 10^8 s
};

absl::Duration Median(std::vector<absl::Duration> values) {
  const auto middle = values.begin() + values.size() / 2;
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

// How much longer than `length` a call takes.
template <typename Call>
absl::Duration LatenessOf(absl::Duration length, Call call) {
  const absl::Duration start = MonotonicNow();
  call();
  return MonotonicNow() - start - length;
}

TEST_P(WaitingTest, IsNeverEarly) {
  const Pipe pipe;
  Register(pipe.reader.get(), Interest::kReadable);
  for (int i = 0; i < Rounds(200); ++i) {
    // 100 us to 3 ms in odd steps, so that no rounding goes unseen.
    const absl::Duration timeout = absl::Nanoseconds(100'000 + i * 14'573);
    const absl::Duration start = MonotonicNow();
    EXPECT_THAT(Wait(timeout), IsEmpty());
    const absl::Duration elapsed = MonotonicNow() - start;
    ASSERT_GE(elapsed, timeout);
    ASSERT_LT(elapsed, timeout + kLate);
  }
}

TEST_P(WaitingTest, IsNeverEarlyWithoutRegistrations) {
  for (const int microseconds : {1, 10, 999, 1000, 1001, 2999, 15'500}) {
    const absl::Duration timeout = absl::Microseconds(microseconds);
    const absl::Duration start = MonotonicNow();
    EXPECT_THAT(Wait(timeout), IsEmpty());
    EXPECT_GE(MonotonicNow() - start, timeout);
  }
}

// Wait is about as late as nanosleep() on this system, and no more than its own clock's coarseness
// beyond. They take turns, as the machine may be busy, and the best of some rounds counts, as it is
// not busy at every moment.
TEST_P(WaitingTest, IsAsPreciseAsTheKernel) {
  const Pipe pipe;
  Register(pipe.reader.get(), Interest::kReadable);
  const absl::Duration allowed = capabilities().timeout_resolution + absl::Microseconds(300);
  for (const absl::Duration timeout : {absl::Microseconds(100), absl::Microseconds(3100)}) {
    const timespec request = absl::ToTimespec(timeout);
    absl::Duration best = absl::InfiniteDuration();
    for (int round = 0; round < 20 && best > allowed; ++round) {
      std::vector<absl::Duration> later;  // than a sleep
      for (int i = 0; i < 21; ++i) {
        const absl::Duration sleep = LatenessOf(timeout, [&] { nanosleep(&request, nullptr); });
        const absl::Duration wait =
            LatenessOf(timeout, [&] { EXPECT_THAT(Wait(timeout), IsEmpty()); });
        later.push_back(wait - sleep);
      }
      best = std::min(best, Median(std::move(later)));
    }
    EXPECT_LE(best, allowed) << "of a timeout of " << absl::FormatDuration(timeout);
    RecordProperty(absl::StrCat("later_than_sleep_of_", absl::ToInt64Microseconds(timeout), "us"),
                   absl::FormatDuration(best));
  }
}

TEST_P(WaitingTest, DoesNotSpin) {
  const Pipe pipe;
  Register(pipe.reader.get(), Interest::kReadable);
  for (const absl::Duration timeout :
       {absl::Microseconds(300), absl::Microseconds(950), absl::Milliseconds(20)}) {
    const auto wait = [&](absl::Duration total) {
      const absl::Duration start = MonotonicNow();
      while (MonotonicNow() - start < total) EXPECT_THAT(Wait(timeout), IsEmpty());
    };
    // So many short ones have a cost of their own.
    const int share = timeout < absl::Milliseconds(1) ? 3 : 20;
    EXPECT_TRUE(Rests(absl::Milliseconds(60), /*most_doublings=*/4, share, wait))
        << "waits of " << absl::FormatDuration(timeout) << " spin";
  }
}

TEST_P(WaitingTest, ZeroAndLessReturnAtOnce) {
  const Pipe pipe;
  Register(pipe.reader.get(), Interest::kReadable);
  const absl::Duration timeouts[] = {
      absl::ZeroDuration(),
      absl::Nanoseconds(-1),
      absl::Milliseconds(-1),
      absl::Seconds(-1),
      absl::Nanoseconds(std::numeric_limits<int64_t>::min()),
      absl::Seconds(std::numeric_limits<int64_t>::min()),
      -absl::InfiniteDuration(),
  };
  for (const absl::Duration timeout : timeouts) {
    const absl::Duration start = MonotonicNow();
    EXPECT_THAT(Wait(timeout), IsEmpty()) << timeout;
    EXPECT_LT(MonotonicNow() - start, kLate) << timeout;
  }
  WriteText(pipe.writer.get(), "x");
  for (const absl::Duration timeout : timeouts) {
    EXPECT_THAT(Wait(timeout), ElementsAre(EventOf(pipe.reader.get(), Readiness::kReadable)))
        << timeout;
  }
}

TEST_P(WaitingTest, FractionsOfANanosecondAreTimeouts) {
  EXPECT_THAT(Wait(absl::Nanoseconds(1)), IsEmpty());
  EXPECT_THAT(Wait(absl::Nanoseconds(1) / 4), IsEmpty());
}

TEST_P(WaitingTest, AbsurdTimeoutsReportWhatIsReady) {
  const Pipe pipe;
  Register(pipe.reader.get(), Interest::kReadable);
  WriteText(pipe.writer.get(), "x");
  for (const absl::Duration timeout : kAbsurdTimeouts) {
    EXPECT_THAT(Wait(timeout), ElementsAre(EventOf(pipe.reader.get(), Readiness::kReadable)))
        << timeout;
  }
}

TEST_P(WaitingTest, AbsurdTimeoutsBlockUntilAnEvent) {
  for (const absl::Duration timeout : kAbsurdTimeouts) {
    const Pipe pipe;
    Register(pipe.reader.get(), Interest::kReadable);
    WaitingThread waiter(poller(), timeout);
    waiter.AwaitInside();
    EXPECT_FALSE(waiter.done()) << timeout;
    WriteText(pipe.writer.get(), "x");
    const auto events = waiter.Join();
    ASSERT_THAT(events, Succeeds()) << timeout;
    ASSERT_THAT(*events, ElementsAre(EventOf(pipe.reader.get(), Readiness::kReadable))) << timeout;
    Unregister(pipe.reader.get());
  }
}

TEST_P(WaitingTest, EndsWithTheFirstEvent) {
  const Pipe pipe;
  Register(pipe.reader.get(), Interest::kReadable);
  WaitingThread waiter(poller(), kPatience);
  waiter.AwaitInside();
  WriteText(pipe.writer.get(), "x");
  const auto events = waiter.Join();
  ASSERT_THAT(events, Succeeds());
  EXPECT_THAT(*events, ElementsAre(EventOf(pipe.reader.get(), Readiness::kReadable)));
  EXPECT_LT(waiter.elapsed(), kLate);
}

TEST_P(WaitingTest, AllocatesNothing) {
  if (!CountsAllocations()) GTEST_SKIP() << "the sanitizer has its own operator new";
  const Pipe pipe;
  const Pipe silent;
  Register(pipe.reader.get(), Interest::kReadable);
  Register(pipe.writer.get(), Interest::kWritable);
  Register(silent.reader.get(), Interest::kReadable);
  WriteText(pipe.writer.get(), "x");
  Event events[8];
  const auto wait = [&](absl::Duration timeout) {
    return poller().Wait(absl::MakeSpan(events), timeout).ok();
  };
  ASSERT_TRUE(wait(kPatience));  // the first may set up what later ones use
  const size_t before = Allocations();
  bool all = true;
  for (int i = 0; i < 10; ++i) all = wait(kPatience) && all;
  EXPECT_TRUE(all);
  EXPECT_EQ(Allocations(), before) << "by a Wait that reports";

  Unregister(pipe.reader.get());
  Unregister(pipe.writer.get());
  ASSERT_TRUE(wait(absl::Microseconds(50)));
  const size_t before_timeouts = Allocations();
  for (int i = 0; i < 10; ++i) all = wait(absl::Microseconds(50)) && all;
  EXPECT_TRUE(all);
  EXPECT_EQ(Allocations(), before_timeouts) << "by a Wait that times out";
}

}  // namespace
}  // namespace someos
