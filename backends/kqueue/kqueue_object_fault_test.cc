// Python's kqueue object when system calls fail.

#include <cerrno>
#include <optional>
#include <set>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/backends/kqueue/kevent.h"
#include "someos/backends/kqueue/kqueue_faults.h"
#include "someos/backends/kqueue/kqueue_object.h"
#include "someos/testing/clocks.h"
#include "someos/testing/faults/fault_plan.h"
#include "someos/testing/open_descriptors.h"
#include "someos/testing/pipe.h"
#include "someos/testing/status_matchers.h"
#include "someos/testing/stream_io.h"

namespace someos::select {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

constexpr absl::Duration kLong = absl::Seconds(10);

Kqueue MakeQueue() { return Kqueue::Create(NewFaultyQueue).value(); }

TEST(KqueueObjectFaultTest, ACreationThatFailsLeavesNothingBehind) {
  FaultPlan plan;
  MakeQueue();  // what is set up for good
  const std::set<int> before = OpenDescriptors();
  for (const int error : {EMFILE, ENFILE, ENOMEM}) {
    plan.Fail("kqueue", error);
    EXPECT_THAT(Kqueue::Create(NewFaultyQueue), FailsWithErrno(error, "create a kqueue"));
    EXPECT_THAT(LeftOpen(before), IsEmpty());
    EXPECT_FALSE(MakeQueue().closed());
  }
}

TEST(KqueueObjectFaultTest, ItsQueueIsMadeOnceByWhoeverIsGiven) {
  int made = 0;
  const absl::StatusOr<Kqueue> queue = Kqueue::Create([&made] {
    ++made;
    return NewFaultyQueue();
  });
  EXPECT_THAT(queue, Succeeds());
  EXPECT_EQ(made, 1);
}

TEST(KqueueObjectFaultTest, AChangeThatFailsChangesNothing) {
  FaultPlan plan;
  const Pipe pipe;
  const Kqueue queue = MakeQueue();
  WriteText(pipe.writer.get(), "x");
  for (const int error : {EACCES, EBADF, EFAULT, EINVAL, ENOENT, ENOMEM, ESRCH}) {
    for (const int room : {0, 4}) {
      plan.Fail("kevent ADD", error);
      EXPECT_THAT(queue.Control({Kevent(pipe.reader.get())}, room, kLong),
                  FailsWithErrno(error, "control fd"));
      EXPECT_THAT(queue.Control(std::nullopt, 4, absl::ZeroDuration()).value(), IsEmpty());
    }
  }
  EXPECT_THAT(queue.Control({Kevent(pipe.reader.get())}, 4, kLong).value(), SizeIs(1));
}

TEST(KqueueObjectFaultTest, AWaitThatFailsLosesNothing) {
  FaultPlan plan;
  const Pipe pipe;
  const Kqueue queue = MakeQueue();
  for (const int error : {EBADF, EFAULT, EINTR, EINVAL}) {
    WriteText(pipe.writer.get(), "x");
    EXPECT_THAT(
        queue.Control({Kevent(pipe.reader.get(), kKqFilterRead, kKqEvAdd | kKqEvOneshot)}, 0),
        Succeeds());
    plan.Fail("kevent", error);
    absl::StatusOr<std::vector<Kevent>> events = queue.Control(std::nullopt, 4, kLong);
    EXPECT_TRUE(plan.done());
    if (error != EINTR) {
      EXPECT_THAT(events, FailsWithErrno(error, "control fd"));
      events = queue.Control(std::nullopt, 4, kLong);
    }
    EXPECT_THAT(events.value(), SizeIs(1));
    EXPECT_THAT(queue.Control(std::nullopt, 4, absl::ZeroDuration()).value(), IsEmpty());
    ReadAvailable(pipe.reader.get());
  }
}

// They have been applied, though the call has failed.
TEST(KqueueObjectFaultTest, ChangesAreSentOnce) {
  FaultPlan plan;
  const Pipe pipe;
  const Kqueue queue = MakeQueue();
  for (const bool early : {false, true}) {
    EXPECT_THAT(queue.Control({Kevent(pipe.reader.get())}, 0), Succeeds());
    const int before = plan.calls("kevent DELETE");
    if (early) {
      plan.ReturnEarly("kevent");
    } else {
      plan.Fail("kevent", EINTR);
    }
    // Sent twice, it would come back with ENOENT.
    EXPECT_THAT(queue
                    .Control({Kevent(pipe.reader.get(), kKqFilterRead, kKqEvDelete)}, 4,
                             absl::Milliseconds(2))
                    .value(),
                IsEmpty());
    EXPECT_TRUE(plan.done());
    EXPECT_EQ(plan.calls("kevent DELETE") - before, 1);
  }
}

TEST(KqueueObjectFaultTest, NeverEarly) {
  FaultPlan plan;
  const Kqueue queue = MakeQueue();
  constexpr absl::Duration kTimeout = absl::Microseconds(2500);
  for (int nth = 1; nth <= 4; nth += 2) {
    plan.ReturnEarly("kevent", nth);
    plan.Fail("kevent", EINTR, nth + 1);
  }
  const absl::Duration start = MonotonicNow();
  EXPECT_THAT(queue.Control(std::nullopt, 4, kTimeout).value(), IsEmpty());
  EXPECT_GE(MonotonicNow() - start, kTimeout);
}

}  // namespace
}  // namespace someos::select
