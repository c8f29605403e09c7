// Which clock a Wait keeps to, and when it looks at one.

#include "someos/testing/clocks.h"

#include <time.h>

#include <cerrno>
#include <set>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/event.h"
#include "someos/api/interest.h"
#include "someos/testing/faults/c_library.h"
#include "someos/testing/pipe.h"
#include "someos/testing/poller/faults/fixture.h"
#include "someos/testing/status_matchers.h"
#include "someos/testing/stream_io.h"

namespace someos {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr char kNoSeam[] = "nothing can be put in front of the C library's functions here";

constexpr absl::Duration kTimeout = absl::Microseconds(2500);

class ScopedClock {
 public:
  // Has LibraryCalls of this thread be told `clock`'s time while it lives, if that is possible.
  template <typename Clock>
  explicit ScopedClock(Clock clock) : works_(ReplaceClock(clock)) {}
  ScopedClock(const ScopedClock&) = delete;
  ScopedClock& operator=(const ScopedClock&) = delete;
  ~ScopedClock() { ReplaceClock(nullptr); }

  bool works() const { return works_; }

 private:
  const bool works_;
};

// Somebody sets the time of day, again and again.
TEST_P(EventFaultTest, AStepOfTheWallClockEndsNoWait) {
  time_t step = 0;
  const ScopedClock clock([&](clockid_t id, timespec time) {
    if (id != CLOCK_MONOTONIC) time.tv_sec += step += 3600;
    return time;
  });
  if (!clock.works()) GTEST_SKIP() << kNoSeam;
  const Pipe pipe;
  Register(pipe.reader.get(), Interest::kReadable, 1);
  for (const absl::string_view call : backend().wait_calls) {
    // So that it looks at the clock to find out whether its time is over.
    for (int i = 1; i <= 3; ++i) plan().ReturnEarly(call, i);
    const absl::Duration start = MonotonicNow();
    {
      const LibraryCall library;
      EXPECT_THAT(Wait(kTimeout), IsEmpty());
    }
    EXPECT_GE(MonotonicNow() - start, kTimeout);
    plan().Clear();
  }
}

// As in a sandbox that does not know the number of the system call.
TEST_P(EventFaultTest, AWaitThatCannotReadTheClockSaysSo) {
  if (CLibraryFaults().empty()) GTEST_SKIP() << kNoSeam;
  const Pipe pipe;
  Register(pipe.reader.get(), Interest::kReadable, 1);
  for (const int nth : {1, 2}) {  // at the beginning; when it would find out that its time is over
    plan().Fail("clock_gettime", EPERM, nth);
    Event event;
    const auto wait = [&] {
      const LibraryCall library;
      return poller().Wait({&event, 1}, kTimeout);
    };
    EXPECT_THAT(wait(), FailsWithErrno(EPERM, "wait: "));
    EXPECT_TRUE(plan().done());
    plan().Clear();
    EXPECT_THAT(Wait(kTimeout), IsEmpty());
  }
  WriteText(pipe.writer.get(), "x");
  EXPECT_THAT(Wait(), ElementsAre(Reports(pipe.reader.get(), Readiness::kReadable, 1)));
}

TEST_P(EventFaultTest, OnlyAWaitWithATimeoutReadsAClock) {
  std::multiset<clockid_t> read;
  const ScopedClock clock([&](clockid_t id, timespec time) {
    read.insert(id);
    return time;
  });
  if (!clock.works()) GTEST_SKIP() << kNoSeam;
  const Pipe pipe;
  const int fd = pipe.reader.get();
  const LibraryCall library;
  Register(fd, Interest::kReadable, 1);
  EXPECT_THAT(Wait(absl::ZeroDuration()), IsEmpty());
  WriteText(pipe.writer.get(), "x");
  EXPECT_THAT(Wait(absl::ZeroDuration()), ElementsAre(Reports(fd, Readiness::kReadable, 1)));
  EXPECT_THAT(Wait(absl::InfiniteDuration()), ElementsAre(Reports(fd, Readiness::kReadable, 1)));
  EXPECT_TRUE(poller().Wake().ok());
  EXPECT_TRUE(poller().Modify(fd, Interest::kNone).ok());
  EXPECT_THAT(Wait(absl::InfiniteDuration()), IsEmpty());
  EXPECT_TRUE(poller().Unregister(fd).ok());
  EXPECT_THAT(read, IsEmpty());
  // At the beginning, and to find out that its time is over.
  EXPECT_THAT(Wait(kTimeout), IsEmpty());
  EXPECT_THAT(read, testing::Each(CLOCK_MONOTONIC));
  EXPECT_GE(read.size(), 2u);
}

}  // namespace
}  // namespace someos
