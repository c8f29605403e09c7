// A Wake that fails, and one that a Wait overtakes.

#include <cerrno>
#include <cstddef>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/event.h"
#include "someos/api/interest.h"
#include "someos/api/poller.h"
#include "someos/testing/allocation_counter.h"
#include "someos/testing/clocks.h"
#include "someos/testing/faults/c_library.h"
#include "someos/testing/faults/fault_plan.h"
#include "someos/testing/pipe.h"
#include "someos/testing/poller/faults/fixture.h"
#include "someos/testing/status_matchers.h"
#include "someos/testing/stream_io.h"

namespace someos {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// A Wake of `poller` whose write(2) fails with `error`.
absl::Status FailingWake(Poller& poller, FaultPlan& plan, int error) {
  plan.Fail("write", error);
  const LibraryCall call;
  return poller.Wake();
}

constexpr char kNoSeam[] = "nothing can be put in front of the C library's functions here";

TEST_P(EventFaultTest, AWakeThatFailedDoesNotStandForTheNextOne) {
  if (CLibraryFaults().empty()) GTEST_SKIP() << kNoSeam;
  for (const absl::Duration timeout : {absl::ZeroDuration(), kPatience, absl::InfiniteDuration()}) {
    SCOPED_TRACE(timeout);
    for (const int error : {EBADF, EIO, ENOSPC}) {
      EXPECT_THAT(FailingWake(poller(), plan(), error), FailsWithErrno(error, "wake"));
      EXPECT_THAT(poller().Wake(), Succeeds());
      const auto wakes = poller().counters().wakes;
      const absl::Duration start = MonotonicNow();
      EXPECT_THAT(Wait(timeout), IsEmpty());
      EXPECT_LT(MonotonicNow() - start, kPatience);
      EXPECT_EQ(poller().counters().wakes, wakes + 1);
    }
  }
  ExpectQuiet();
}

TEST_P(EventFaultTest, AWakeThatFailedEndsNoWait) {
  if (CLibraryFaults().empty()) GTEST_SKIP() << kNoSeam;
  const Pipe pipe;
  Register(pipe.reader.get(), Interest::kReadable, 7);
  EXPECT_THAT(FailingWake(poller(), plan(), ENOSPC), FailsWithErrno(ENOSPC, "wake"));
  ExpectQuiet();
  EXPECT_THAT(FailingWake(poller(), plan(), ENOSPC), FailsWithErrno(ENOSPC, "wake"));
  WriteText(pipe.writer.get(), "x");
  EXPECT_THAT(Wait(), ElementsAre(Reports(pipe.reader.get(), Readiness::kReadable, 7)));
  EXPECT_EQ(poller().counters().wakes, 0u);
}

// A signal handler, which may call Wake, must not allocate memory.
TEST_P(EventFaultTest, AWakeThatFailsAllocatesNothing) {
  if (CLibraryFaults().empty()) GTEST_SKIP() << kNoSeam;
  for (const int error : {EBADF, ENOSPC}) {
    plan().Fail("write", error);
    const LibraryCall call;
    const size_t before = Allocations();
    const absl::Status status = poller().Wake();
    EXPECT_EQ(Allocations(), before);
    EXPECT_THAT(status, FailsWithErrno(error, "wake"));
  }
}

// An interruption is no failure.
TEST_P(EventFaultTest, AWakeThatASignalInterruptsIsMade) {
  if (CLibraryFaults().empty()) GTEST_SKIP() << kNoSeam;
  EXPECT_THAT(FailingWake(poller(), plan(), EINTR), Succeeds());
  EXPECT_TRUE(plan().done());
  EXPECT_THAT(Wait(), IsEmpty());
  EXPECT_EQ(poller().counters().wakes, 1u);
}

// A Wait, of another thread, that comes when the signal is out but Wake has not yet returned. (Here
// it is the same thread, within the call.)
TEST_P(EventFaultTest, AWaitThatOvertakesTheWakeTakesIt) {
  if (CLibraryFaults().empty()) GTEST_SKIP() << kNoSeam;
  int overtakes = 0;
  plan().RunAfter("write", [&] {
    ++overtakes;
    EXPECT_THAT(Wait(absl::ZeroDuration()), IsEmpty());
  });
  {
    const LibraryCall call;
    EXPECT_THAT(poller().Wake(), Succeeds());
  }
  EXPECT_EQ(overtakes, 1);
  EXPECT_EQ(poller().counters().wakes, 1u);
  ExpectQuiet();
  // And nothing of it is left that the next one could be taken for.
  EXPECT_THAT(poller().Wake(), Succeeds());
  const absl::Duration start = MonotonicNow();
  EXPECT_THAT(Wait(), IsEmpty());
  EXPECT_LT(MonotonicNow() - start, kPatience);
  EXPECT_EQ(poller().counters().wakes, 2u);
}

}  // namespace
}  // namespace someos
