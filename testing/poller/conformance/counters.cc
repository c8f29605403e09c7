// What counters() says after each kind of Wait, to the last digit.

#include <cstdint>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/diagnostics.h"
#include "someos/api/interest.h"
#include "someos/api/poller.h"
#include "someos/testing/pipe.h"
#include "someos/testing/poller/conformance/fixture.h"
#include "someos/testing/poller/waiting_thread.h"
#include "someos/testing/scoped_fd.h"
#include "someos/testing/status_matchers.h"
#include "someos/testing/stream_io.h"
#include "someos/testing/temporary_file.h"

namespace someos {
namespace {

using testing::IsEmpty;

std::string Counted(uint64_t waits, uint64_t events, uint64_t wakes) {
  return absl::StrCat(Counters{waits, events, wakes, /*spurious=*/0, /*interrupted=*/0});
}

std::string CountedBy(const Poller& poller) { return absl::StrCat(poller.counters()); }

TEST_P(DiagnosticsTest, CountsALookThatFindsNothing) {
  EXPECT_EQ(CountedBy(poller()), Counted(0, 0, 0));
  EXPECT_THAT(WaitNow(), IsEmpty());
  EXPECT_EQ(CountedBy(poller()), Counted(1, 0, 0));
  const Pipe pipe;
  Register(pipe.reader.get(), Interest::kReadable);
  for (uint64_t i = 2; i < 6; ++i) {
    EXPECT_THAT(WaitNow(i), IsEmpty());
    EXPECT_EQ(CountedBy(poller()), Counted(i, 0, 0));
  }
  Modify(pipe.reader.get(), Interest::kNone);
  WriteText(pipe.writer.get(), "x");
  EXPECT_THAT(WaitNow(), IsEmpty());
  EXPECT_EQ(CountedBy(poller()), Counted(6, 0, 0));
}

TEST_P(DiagnosticsTest, CountsATimeout) {
  const Pipe pipe;
  Register(pipe.reader.get(), Interest::kReadable);
  uint64_t waits = 0;
  // Some of these take several calls of the kernel.
  for (const int64_t microseconds : {1, 999, 1000, 1001, 1500, 2000, 2500}) {
    EXPECT_THAT(Wait(absl::Microseconds(microseconds)), IsEmpty());
    EXPECT_EQ(CountedBy(poller()), Counted(++waits, 0, 0)) << microseconds;
  }
}

TEST_P(DiagnosticsTest, CountsOneEventAndSeveral) {
  const Pipe first;
  const Pipe second;
  const ScopedFd file = TemporaryFile();
  Register(first.reader.get(), Interest::kReadable);
  Register(second.reader.get(), Interest::kReadable);
  WriteText(first.writer.get(), "x");
  // By a look, by a wait with a deadline, by one without.
  EXPECT_EQ(WaitNow().size(), 1u);
  EXPECT_EQ(WaitReady().size(), 1u);
  EXPECT_EQ(Wait(absl::InfiniteDuration()).size(), 1u);
  EXPECT_EQ(CountedBy(poller()), Counted(3, 3, 0));
  WriteText(second.writer.get(), "x");
  EXPECT_EQ(WaitNow().size(), 2u);
  EXPECT_EQ(WaitReady().size(), 2u);
  EXPECT_EQ(Wait(absl::InfiniteDuration()).size(), 2u);
  EXPECT_EQ(CountedBy(poller()), Counted(6, 9, 0));
  EXPECT_EQ(WaitNow(1).size(), 1u);
  EXPECT_EQ(CountedBy(poller()), Counted(7, 10, 0));
  Register(file.get(), Interest::kReadable);
  EXPECT_EQ(WaitNow().size(), 3u);
  EXPECT_EQ(CountedBy(poller()), Counted(8, 13, 0));
}

TEST_P(DiagnosticsTest, CountsAWakeOfTheNextWait) {
  for (const absl::Duration timeout : {absl::ZeroDuration(), kPatience, absl::InfiniteDuration()}) {
    const Counters before = poller().counters();
    EXPECT_THAT(poller().Wake(), Succeeds());
    EXPECT_THAT(poller().Wake(), Succeeds());
    EXPECT_EQ(CountedBy(poller()), absl::StrCat(before)) << "before anybody has noticed";
    EXPECT_THAT(Wait(timeout), IsEmpty());
    EXPECT_EQ(CountedBy(poller()), Counted(before.waits + 1, 0, before.wakes + 1));
    EXPECT_THAT(WaitNow(), IsEmpty());
    EXPECT_EQ(CountedBy(poller()), Counted(before.waits + 2, 0, before.wakes + 1));
  }
}

TEST_P(ThreadsTest, CountsAWakeOfTheRunningWait) {
  const Pipe pipe;
  Register(pipe.reader.get(), Interest::kReadable);
  WaitingThread waiter(poller());
  waiter.AwaitInside();  // may look, and count, itself
  const Counters before = poller().counters();
  EXPECT_THAT(poller().Wake(), Succeeds());
  EXPECT_THAT(waiter.Join(), Succeeds());
  EXPECT_EQ(CountedBy(poller()), Counted(before.waits + 1, 0, 1));
}

// Together, or one after the other, but each once.
TEST_P(DiagnosticsTest, CountsAWakeBesideAnEvent) {
  const Pipe pipe;
  Register(pipe.reader.get(), Interest::kReadable, 0, Trigger::kOneShot);
  WriteText(pipe.writer.get(), "x");
  EXPECT_THAT(poller().Wake(), Succeeds());
  const size_t first = WaitNow().size();
  const size_t second = WaitNow().size();
  EXPECT_EQ(first + second, 1u);
  EXPECT_EQ(CountedBy(poller()), Counted(2, 1, 1));
}

}  // namespace
}  // namespace someos
