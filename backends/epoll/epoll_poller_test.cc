// What only the epoll backend has; the contract is in epoll_conformance_test.cc.

#include "someos/backends/epoll/epoll_poller.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "someos/api/errno_status.h"
#include "someos/api/event.h"
#include "someos/api/interest.h"
#include "someos/api/poller.h"
#include "someos/testing/expect_in_child.h"
#include "someos/testing/host_name.h"

namespace someos {
namespace {

int precise_waits;
int coarse_waits;

// A kernel without epoll_pwait2, or with a sandbox around it.
template <int kErrno>
int RefusePreciseWait(int, epoll_event*, int, const timespec&) {
  ++precise_waits;
  errno = kErrno;
  return -1;
}

int CountCoarseWait(int epoll_fd, epoll_event* events, int max_events, int milliseconds) {
  if (milliseconds != 0) ++coarse_waits;  // otherwise it is a look
  return epoll_wait(epoll_fd, events, max_events, milliseconds);
}

int RefuseCreate(int) {
  errno = ENOSYS;
  return -1;
}

template <int kErrno>
void ExpectFallback() {
  EpollSystem system = RealEpollSystem();
  system.wait_precisely = RefusePreciseWait<kErrno>;
  system.wait = CountCoarseWait;
  precise_waits = coarse_waits = 0;
  const absl::StatusOr<std::unique_ptr<EpollPoller>> poller = EpollPoller::Create({}, system);
  ASSERT_TRUE(poller.ok()) << poller.status();
  Event events[1];
  for (int i = 0; i < 3; ++i) {
    const absl::Duration timeout = absl::Microseconds(1500);
    timespec before, after;
    clock_gettime(CLOCK_MONOTONIC, &before);
    const absl::StatusOr<size_t> count = (*poller)->Wait(events, timeout);
    clock_gettime(CLOCK_MONOTONIC, &after);
    ASSERT_TRUE(count.ok()) << count.status();
    EXPECT_EQ(*count, 0u);
    EXPECT_GE(absl::DurationFromTimespec(after) - absl::DurationFromTimespec(before), timeout);
  }
  EXPECT_EQ(precise_waits, 1) << "asked again after the kernel had said no";
  EXPECT_EQ(coarse_waits, 3);
  EXPECT_EQ((*poller)->capabilities().timeout_resolution, absl::Milliseconds(1));
}

TEST(EpollPollerTest, WaitsInMillisecondsOnAKernelWithoutPwait2) { ExpectFallback<ENOSYS>(); }

TEST(EpollPollerTest, WaitsInMillisecondsInASandboxThatDoesNotKnowPwait2) {
  ExpectFallback<EPERM>();
}

TEST(EpollPollerTest, WithRequiredSystemCallsOnlyItWaitsInMilliseconds) {
  EpollSystem system = RealEpollSystem();
  system.wait_precisely = RefusePreciseWait<ENOSYS>;
  precise_waits = 0;
  PollerOptions options;
  options.required_system_calls_only = true;
  const auto poller = EpollPoller::Create(options, system).value();
  EXPECT_EQ(poller->capabilities().timeout_resolution, absl::Milliseconds(1));
  Event events[1];
  EXPECT_EQ(poller->Wait(events, absl::Microseconds(1500)).value_or(9), 0u);
  EXPECT_EQ(precise_waits, 0) << "asked whether there is epoll_pwait2";
}

TEST(EpollPollerTest, CreationWithoutEpollIsUnimplemented) {
  EpollSystem system = RealEpollSystem();
  system.create = RefuseCreate;
  const absl::Status status = EpollPoller::Create({}, system).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnimplemented);
  EXPECT_EQ(ErrnoOf(status), ENOSYS);
}

// The kernel goes on reporting a file that was closed while a duplicate of it is open, and
// epoll_ctl cannot remove it any more.
TEST(EpollPollerTest, EventsOfAClosedDescriptorWithADuplicateDoNotMakeWaitSpin) {
  const absl::StatusOr<std::unique_ptr<EpollPoller>> poller = EpollPoller::Create({});
  ASSERT_TRUE(poller.ok()) << poller.status();
  int pair[2], other[2];
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
  ASSERT_EQ(pipe(other), 0);
  ASSERT_TRUE((*poller)->Register(pair[0], Interest::kReadable, 1).ok());
  ASSERT_TRUE((*poller)->Register(other[0], Interest::kReadable, 2).ok());
  const int duplicate = dup(pair[0]);
  close(pair[0]);
  ASSERT_TRUE((*poller)->Unregister(pair[0]).ok());
  ASSERT_EQ(write(pair[1], "x", 1), 1);  // the old file is ready from now on

  Event events[4];
  timespec before, after;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &before);
  const absl::StatusOr<size_t> none = (*poller)->Wait(events, absl::Milliseconds(200));
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &after);
  ASSERT_TRUE(none.ok()) << none.status();
  EXPECT_EQ(*none, 0u);
  // A spinning wait would take all of the 200 ms.
  EXPECT_LT(absl::DurationFromTimespec(after) - absl::DurationFromTimespec(before),
            absl::Milliseconds(100));

  ASSERT_EQ(write(other[1], "x", 1), 1);  // the others are still registered
  const absl::StatusOr<size_t> one = (*poller)->Wait(events, absl::InfiniteDuration());
  ASSERT_TRUE(one.ok()) << one.status();
  ASSERT_EQ(*one, 1u);
  EXPECT_EQ(events[0].data, 2u);
  for (const int fd : {duplicate, pair[1], other[0], other[1]}) close(fd);
}

// The old kernel set's second number and the new set take the lowest free numbers, which may be
// those of registrations whose files were closed without Unregister; and a set cannot watch itself
// (EINVAL).
TEST(EpollPollerTest, TheKernelSetsMayTakeTheNumbersOfClosedDescriptors) {
  int closed[2], pair[2], other[2];
  ASSERT_EQ(pipe(closed), 0);  // the lowest numbers of all, once they are closed
  const absl::StatusOr<std::unique_ptr<EpollPoller>> poller = EpollPoller::Create({});
  ASSERT_TRUE(poller.ok()) << poller.status();
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
  ASSERT_EQ(pipe(other), 0);
  for (const int fd : closed) ASSERT_TRUE((*poller)->Register(fd, Interest::kReadable, 1).ok());
  ASSERT_TRUE((*poller)->Register(pair[0], Interest::kReadable, 2).ok());
  ASSERT_TRUE((*poller)->Register(other[0], Interest::kReadable, 3).ok());
  const int duplicate = dup(pair[0]);
  for (const int fd : closed) close(fd);
  close(pair[0]);
  ASSERT_TRUE((*poller)->Unregister(pair[0]).ok());
  ASSERT_NE(fcntl(closed[0], F_GETFD), -1) << "the old set has another second number";
  ASSERT_EQ(write(pair[1], "x", 1), 1);  // what the old set goes on reporting
  Event events[4];
  ASSERT_EQ((*poller)->Wait(events, absl::ZeroDuration()).value_or(99), 0u);
  ASSERT_NE(fcntl(closed[1], F_GETFD), -1) << "the new set has another number";

  ASSERT_EQ(write(other[1], "x", 1), 1);
  const absl::StatusOr<size_t> one = (*poller)->Wait(events, absl::InfiniteDuration());
  ASSERT_TRUE(one.ok()) << one.status();
  ASSERT_EQ(*one, 1u);
  EXPECT_EQ(events[0].data, 3u);
  for (const int fd : closed) EXPECT_TRUE((*poller)->Unregister(fd).ok());
  for (const int fd : {duplicate, pair[1], other[0], other[1]}) close(fd);
}

TEST(EpollPollerTest, ReportsItsOwnMaskAsRaw) {
  const absl::StatusOr<std::unique_ptr<EpollPoller>> poller = EpollPoller::Create({});
  ASSERT_TRUE(poller.ok()) << poller.status();
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  ASSERT_TRUE((*poller)->Register(ends[0], Interest::kReadable).ok());
  close(ends[1]);
  Event events[1];
  ASSERT_EQ((*poller)->Wait(events, absl::InfiniteDuration()).value_or(0), 1u);
  EXPECT_EQ(events[0].raw, EPOLLHUP);  // alone, on a pipe without data
  close(ends[0]);
}

// A deviation: epoll_ctl(2) asks the file, and forgets the answer if the next wait does not get it
// as well.
TEST(EpollPollerTest, AModifyLosesWhatTheKernelTellsOnce) {
  if (!HostName::Changeable()) GTEST_SKIP() << HostName::kMissing;
  ExpectInChild([] {
    const HostName host;
    const auto poller = *EpollPoller::Create({});
    ASSERT_TRUE(poller->Register(host.fd(), Interest::kPriority).ok());
    host.Change();
    ASSERT_TRUE(poller->Modify(host.fd(), Interest::kPriority).ok());
    Event events[1];
    EXPECT_EQ(poller->Wait(events, absl::ZeroDuration()).value_or(9), 0u);
    host.Change();
    EXPECT_EQ(poller->Wait(events, absl::Seconds(10)).value_or(9), 1u);
  });
}

}  // namespace
}  // namespace someos
