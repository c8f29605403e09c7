// What only the poll backend has; the contract is in poll_conformance_test.cc.

#include "someos/backends/poll/poll_poller.h"

#include <poll.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <memory>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "someos/api/errno_status.h"
#include "someos/api/interest.h"
#include "someos/api/poller.h"
#include "someos/backends/poll/poll_system.h"
#include "someos/backends/poller_base/known_files_system.h"
#include "someos/testing/bare_clone.h"

namespace someos {
namespace {

std::vector<pollfd> last_set;

int RecordSet(pollfd* fds, nfds_t count, const base::Deadline& deadline) {
  last_set.assign(fds, fds + count);
  return RealPollSystem().poll(fds, count, deadline);
}

int OutOfMemory(pollfd*, nfds_t, const base::Deadline&) {
  errno = ENOMEM;
  return -1;
}

constexpr PollSystem kRecording = {RecordSet, absl::Nanoseconds(1)};
constexpr PollSystem kFailing = {OutOfMemory, absl::Nanoseconds(1)};

class PollPollerTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(pipe(first_), 0);
    ASSERT_EQ(pipe(second_), 0);
  }
  void TearDown() override {
    for (const int fd : {first_[0], first_[1], second_[0], second_[1]}) close(fd);
  }

  int first_[2];
  int second_[2];
  Event events_[4];
};

TEST_F(PollPollerTest, TellsTheResolutionOfTheSystemCall) {
  PollSystem system = RealPollSystem();
  for (const absl::Duration resolution : {absl::Milliseconds(1), absl::Nanoseconds(1)}) {
    system.resolution = resolution;
    const absl::StatusOr<std::unique_ptr<PollPoller>> poller = PollPoller::Create({}, system);
    ASSERT_TRUE(poller.ok()) << poller.status();
    EXPECT_EQ((*poller)->capabilities().timeout_resolution, resolution);
  }
}

TEST_F(PollPollerTest, APausedDescriptorKeepsItsPlaceAndIsNotLookedAt) {
  const absl::StatusOr<std::unique_ptr<PollPoller>> poller = PollPoller::Create({}, kRecording);
  ASSERT_TRUE(poller.ok()) << poller.status();
  ASSERT_TRUE((*poller)->Register(first_[0], Interest::kReadable).ok());
  ASSERT_TRUE((*poller)->Modify(first_[0], Interest::kNone).ok());
  ASSERT_EQ((*poller)->Wait(events_, absl::ZeroDuration()).value_or(9), 0u);
  ASSERT_EQ(last_set.size(), 1u);
  EXPECT_LT(last_set[0].fd, 0);
}

TEST_F(PollPollerTest, UnregisteredDescriptorsLeaveNoHole) {
  const absl::StatusOr<std::unique_ptr<PollPoller>> poller = PollPoller::Create({}, kRecording);
  ASSERT_TRUE(poller.ok()) << poller.status();
  for (const int fd : {first_[0], second_[0], first_[1]}) {
    ASSERT_TRUE((*poller)->Register(fd, Interest::kReadable).ok());
  }
  ASSERT_TRUE((*poller)->Unregister(first_[0]).ok());
  ASSERT_EQ((*poller)->Wait(events_, absl::ZeroDuration()).value_or(9), 0u);
  ASSERT_EQ(last_set.size(), 2u);
  EXPECT_EQ(last_set[0].fd, first_[1]);  // the last one took the place
  EXPECT_EQ(last_set[1].fd, second_[0]);
  ASSERT_TRUE((*poller)->Unregister(first_[1]).ok());
  ASSERT_TRUE((*poller)->Unregister(second_[0]).ok());
  ASSERT_EQ((*poller)->Wait(events_, absl::ZeroDuration()).value_or(9), 0u);
  EXPECT_EQ(last_set.size(), 0u);
}

TEST_F(PollPollerTest, OnlyAWaitThatMayBlockOrWasWokenLooksAtTheWakeChannel) {
  const absl::StatusOr<std::unique_ptr<PollPoller>> poller = PollPoller::Create({}, kRecording);
  ASSERT_TRUE(poller.ok()) << poller.status();
  ASSERT_EQ((*poller)->Wait(events_, absl::ZeroDuration()).value_or(9), 0u);
  EXPECT_EQ(last_set.size(), 0u);
  ASSERT_TRUE((*poller)->Wake().ok());
  ASSERT_EQ((*poller)->Wait(events_, absl::ZeroDuration()).value_or(9), 0u);
  EXPECT_EQ(last_set.size(), 1u);
  EXPECT_EQ((*poller)->counters().wakes, 1u);
  ASSERT_EQ((*poller)->Wait(events_, absl::Milliseconds(1)).value_or(9), 0u);
  EXPECT_EQ(last_set.size(), 1u);
  EXPECT_EQ((*poller)->counters().wakes, 1u);
}

TEST_F(PollPollerTest, AFailingPollIsReportedWithItsErrno) {
  const absl::StatusOr<std::unique_ptr<PollPoller>> poller = PollPoller::Create({}, kFailing);
  ASSERT_TRUE(poller.ok()) << poller.status();
  const absl::StatusOr<size_t> count = (*poller)->Wait(events_, absl::InfiniteDuration());
  EXPECT_EQ(ErrnoOf(count.status()), ENOMEM) << count.status();
}

TEST_F(PollPollerTest, AClosedDescriptorIsReportedOnceAndNotLookedAtAgain) {
  const absl::StatusOr<std::unique_ptr<PollPoller>> poller = PollPoller::Create({}, kRecording);
  ASSERT_TRUE(poller.ok()) << poller.status();
  const int fd = dup(first_[0]);
  ASSERT_TRUE((*poller)->Register(fd, Interest::kReadable).ok());
  close(fd);
  ASSERT_EQ((*poller)->Wait(events_, absl::InfiniteDuration()).value_or(9), 1u);
  EXPECT_TRUE(events_[0].invalid());
  EXPECT_EQ(events_[0].raw, POLLNVAL);
  ASSERT_EQ((*poller)->Wait(events_, absl::ZeroDuration()).value_or(9), 0u);
  EXPECT_LT(last_set[0].fd, 0);
}

// A change that lasts until it is told to end.
std::atomic<bool> change_begun{false}, change_end{false};

int AddSlowly(int set, int fd) {
  change_begun = true;
  while (!change_end) std::this_thread::yield();
  return poller_base::RealKnownFilesSystem().add(set, fd);
}

// What a thread of the parent has begun, no thread of such a child ends.
TEST_F(PollPollerTest, ABareCloneDuringAChangeIsNotRebuilt) {
  if (!kHasBareClone) GTEST_SKIP() << "this system has no clone(2)";
  poller_base::KnownFilesSystem slow = poller_base::RealKnownFilesSystem();
  slow.add = AddSlowly;
  const auto poller = PollPoller::Create({}, PollOrSelectSystem(), slow).value();
  std::thread changing(
      [&] { EXPECT_TRUE(poller->Register(first_[0], Interest::kReadable, 1).ok()); });
  while (!change_begun) std::this_thread::yield();
  EXPECT_EQ(StatusOfBareClone([&] {
              if (!absl::IsFailedPrecondition(poller->RebuildAfterFork())) return 1;
              return poller->registrations().empty() ? 0 : 2;
            }),
            0);
  change_end = true;
  changing.join();
  EXPECT_EQ(StatusOfBareClone([&] {
              if (!poller->RebuildAfterFork().ok()) return 1;
              return poller->registrations().size() == 1 ? 0 : 2;
            }),
            0);
}

}  // namespace
}  // namespace someos
