// A wait that the kernel refuses or interrupts: whatever was ready is reported by the next one.

#include <cerrno>
#include <cstddef>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/event.h"
#include "someos/api/interest.h"
#include "someos/api/poller.h"
#include "someos/testing/clocks.h"
#include "someos/testing/pipe.h"
#include "someos/testing/poller/faults/fixture.h"
#include "someos/testing/scoped_fd.h"
#include "someos/testing/status_matchers.h"
#include "someos/testing/stream_io.h"
#include "someos/testing/temporary_file.h"

namespace someos {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

// A Wait uses one call or another, as its timeout is.
const absl::Duration kTimeouts[] = {absl::ZeroDuration(), kPatience, absl::InfiniteDuration()};

TEST_P(WaitFaultTest, WhatIsReadyIsReportedExactlyOnce) {
  for (const absl::Duration timeout : kTimeouts) {
    SCOPED_TRACE(timeout);
    const Pipe level, one_shot, edge;
    const Trigger edge_trigger = capabilities().edge ? Trigger::kEdge : Trigger::kOneShot;
    AtEveryCall([&] {
      Register(level.reader.get(), Interest::kReadable, 1);
      Register(one_shot.reader.get(), Interest::kReadable, 2, Trigger::kOneShot);
      Register(edge.reader.get(), Interest::kReadable, 3, edge_trigger);
      for (const Pipe* pipe : {&level, &one_shot, &edge}) WriteText(pipe->writer.get(), "x");
      Event events[8];
      const auto first = Faulty([&] { return poller().Wait(events, timeout); });
      std::vector<Event> reported(events, events + first.value_or(0));
      if (failed()) {
        EXPECT_THAT(first, FailsWithErrno(fault().error, "wait"));
      } else {
        EXPECT_THAT(first, Succeeds());
        if (timeout > absl::ZeroDuration()) EXPECT_THAT(reported, Not(IsEmpty()));
      }
      if (reported.empty()) reported = Wait();
      EXPECT_THAT(reported,
                  UnorderedElementsAre(Reports(level.reader.get(), Readiness::kReadable, 1),
                                       Reports(one_shot.reader.get(), Readiness::kReadable, 2),
                                       Reports(edge.reader.get(), Readiness::kReadable, 3)));
      EXPECT_THAT(Wait(), ElementsAre(Reports(level.reader.get(), Readiness::kReadable, 1)));
      ReadAvailable(level.reader.get());
      ExpectQuiet();
      for (const Pipe* pipe : {&level, &one_shot, &edge}) {
        EXPECT_THAT(poller().Unregister(pipe->reader.get()), Succeeds());
        ReadAvailable(pipe->reader.get());
      }
    });
  }
}

TEST_P(WaitFaultTest, AWakeIsNotLost) {
  for (const absl::Duration timeout : kTimeouts) {
    SCOPED_TRACE(timeout);
    AtEveryCall([&] {
      ASSERT_THAT(poller().Wake(), Succeeds());
      Event events[1];
      const auto first = Faulty([&] { return poller().Wait(events, timeout); });
      if (failed()) {
        EXPECT_THAT(first, FailsWithErrno(fault().error, "wait"));
      } else {
        EXPECT_EQ(first.value_or(9), 0u) << first.status();
      }
      // An interrupted look without blocking has found nothing yet.
      if (poller().counters().wakes == 0) EXPECT_THAT(Wait(), IsEmpty());
      EXPECT_EQ(poller().counters().wakes, 1u);
      ReplacePoller({});
    });
  }
}

TEST_P(WaitFaultTest, NeverEarly) {
  if (!fault().absorbed) GTEST_SKIP() << "this one ends the wait";
  constexpr absl::Duration kTimeout = absl::Microseconds(2500);
  AtEveryCall([&] {
    const absl::Duration start = MonotonicNow();
    EXPECT_THAT(Faulty([&] { return Wait(kTimeout); }), IsEmpty());
    EXPECT_GE(MonotonicNow() - start, kTimeout);
  });
}

TEST_P(WaitFaultTest, ASignalEndsTheWaitIfAskedTo) {
  if (fault().error != EINTR) GTEST_SKIP() << "about EINTR";
  ReplacePoller({/*return_on_signal=*/true});
  const Pipe pipe;
  const int fd = pipe.reader.get();
  WriteText(pipe.writer.get(), "x");
  for (const absl::Duration timeout : kTimeouts) {
    SCOPED_TRACE(timeout);
    Register(fd, Interest::kReadable, 5, Trigger::kOneShot);
    Event events[4];
    const auto first = Faulty([&] { return poller().Wait(events, timeout); });
    if (happened()) {
      EXPECT_THAT(first, FailsWithErrno(EINTR, "wait"));
      EXPECT_THAT(Wait(), ElementsAre(Reports(fd, Readiness::kReadable, 5)));
    } else {
      EXPECT_EQ(first.value_or(0), 1u);
    }
    EXPECT_THAT(poller().Unregister(fd), Succeeds());
  }
}

// Files that the kernel does not queue are reported beside what it does queue.
TEST_P(WaitFaultTest, WithAFileThatIsAlwaysReady) {
  const ScopedFd file = TemporaryFile();
  const Pipe pipe;
  Register(file.get(), Interest::kReadable, 1, Trigger::kOneShot);
  Register(pipe.reader.get(), Interest::kReadable, 2, Trigger::kOneShot);
  WriteText(pipe.writer.get(), "x");
  plan().Fail(fault().call, fault().error);
  std::vector<Event> reported;
  Event events[8];
  // One call of Wait may fail, and two may be needed for the two kinds.
  for (int i = 0; i < 3 && reported.size() < 2; ++i) {
    const absl::StatusOr<size_t> count = poller().Wait(events, kPatience);
    if (!count.ok()) EXPECT_THAT(count, FailsWithErrno(fault().error, "wait"));
    reported.insert(reported.end(), events, events + count.value_or(0));
  }
  EXPECT_THAT(reported, UnorderedElementsAre(Reports(file.get(), Readiness::kReadable, 1),
                                             Reports(pipe.reader.get(), Readiness::kReadable, 2)));
  plan().Clear();
  ExpectQuiet();
}

}  // namespace
}  // namespace someos
