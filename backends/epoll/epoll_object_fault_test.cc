// Python's epoll object when system calls fail.

#include <cerrno>
#include <optional>
#include <set>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/backends/epoll/epoll_faults.h"
#include "someos/backends/epoll/epoll_object.h"
#include "someos/testing/clocks.h"
#include "someos/testing/faults/fault_plan.h"
#include "someos/testing/open_descriptors.h"
#include "someos/testing/pipe.h"
#include "someos/testing/status_matchers.h"
#include "someos/testing/stream_io.h"

namespace someos::select {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

Epoll MakeEpoll() { return Epoll::Create(-1, 0, FaultyEpollSystem()).value(); }

TEST(EpollObjectFaultTest, ACreationThatFailsLeavesNothingBehind) {
  FaultPlan plan;
  const std::set<int> before = OpenDescriptors();
  for (const int error : {EINVAL, EMFILE, ENFILE, ENOMEM, ENOSYS}) {
    plan.Fail("epoll_create1", error);
    EXPECT_THAT(Epoll::Create(-1, 0, FaultyEpollSystem()),
                FailsWithErrno(error, "create an epoll object"));
    EXPECT_EQ(OpenDescriptors(), before);
    EXPECT_FALSE(MakeEpoll().closed());
  }
}

TEST(EpollObjectFaultTest, AChangeThatFailsChangesNothing) {
  FaultPlan plan;
  const Pipe pipe;
  const int fd = pipe.reader.get();
  Epoll epoll = MakeEpoll();
  WriteText(pipe.writer.get(), "x");
  for (const int error : {EBADF, EEXIST, EINVAL, ELOOP, ENOENT, ENOMEM, ENOSPC, EPERM}) {
    plan.Fail("epoll_ctl ADD", error);
    EXPECT_THAT(epoll.Register(fd, kEpollIn),
                FailsWithErrno(error, absl::StrCat("register fd ", fd, ": ")));
    EXPECT_THAT(epoll.Poll(absl::ZeroDuration()).value(), IsEmpty());
    EXPECT_THAT(epoll.Register(fd, kEpollIn), Succeeds());
    plan.Fail("epoll_ctl MOD", error);
    EXPECT_THAT(epoll.Modify(fd, 0), FailsWithErrno(error, absl::StrCat("modify fd ", fd, ": ")));
    EXPECT_THAT(epoll.Poll().value(), ElementsAre(EpollEvent{fd, kEpollIn}));
    plan.Fail("epoll_ctl DEL", error);
    EXPECT_THAT(epoll.Unregister(fd),
                FailsWithErrno(error, absl::StrCat("unregister fd ", fd, ": ")));
    EXPECT_THAT(epoll.Poll().value(), ElementsAre(EpollEvent{fd, kEpollIn}));
    EXPECT_THAT(epoll.Unregister(fd), Succeeds());
  }
}

// Waits by the one call and by the other.
const std::optional<absl::Duration> kTimeouts[] = {std::nullopt, absl::Seconds(10)};

TEST(EpollObjectFaultTest, AWaitThatFailsLosesNothing) {
  FaultPlan plan;
  const Pipe level, one_shot, edge;
  for (const std::optional<absl::Duration> timeout : kTimeouts) {
    for (const int error : {EBADF, EFAULT, EINTR, EINVAL}) {
      Epoll epoll = MakeEpoll();
      // A look in vain, so that the next wait does not begin with one.
      if (timeout.has_value()) EXPECT_THAT(epoll.Poll(absl::Nanoseconds(1)).value(), IsEmpty());
      EXPECT_THAT(epoll.Register(level.reader.get(), kEpollIn), Succeeds());
      EXPECT_THAT(epoll.Register(one_shot.reader.get(), kEpollIn | kEpollOneshot), Succeeds());
      EXPECT_THAT(epoll.Register(edge.reader.get(), kEpollIn | kEpollEt), Succeeds());
      for (const Pipe* pipe : {&level, &one_shot, &edge}) WriteText(pipe->writer.get(), "x");
      plan.Fail(timeout.has_value() ? "epoll_pwait2" : "epoll_wait", error);
      absl::StatusOr<std::vector<EpollEvent>> events = epoll.Poll(timeout);
      EXPECT_TRUE(plan.done());
      if (error != EINTR) {
        EXPECT_THAT(events, FailsWithErrno(error, "poll epoll fd"));
        events = epoll.Poll(timeout);
      }
      EXPECT_THAT(events.value(), UnorderedElementsAre(EpollEvent{level.reader.get(), kEpollIn},
                                                       EpollEvent{one_shot.reader.get(), kEpollIn},
                                                       EpollEvent{edge.reader.get(), kEpollIn}));
      EXPECT_THAT(epoll.Poll(timeout).value(),
                  ElementsAre(EpollEvent{level.reader.get(), kEpollIn}));
    }
  }
}

TEST(EpollObjectFaultTest, NeverEarly) {
  FaultPlan plan;
  constexpr absl::Duration kTimeout = absl::Microseconds(2500);
  for (const int error : {EINTR, ENOSYS, EPERM, 0}) {
    Epoll epoll = MakeEpoll();
    for (int nth = 1; nth <= 3; ++nth) {
      if (error == 0) {
        plan.ReturnEarly("epoll_pwait2", nth);
      } else {
        plan.Fail("epoll_pwait2", error, nth);
      }
    }
    const absl::Duration start = MonotonicNow();
    EXPECT_THAT(epoll.Poll(kTimeout).value(), IsEmpty());
    EXPECT_GE(MonotonicNow() - start, kTimeout);
    plan.Clear();
  }
}

}  // namespace
}  // namespace someos::select
