// What only the select backend has; the contract is in select_conformance_test.cc.

#include "someos/backends/select/select_poller.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/select.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/errno_status.h"
#include "someos/api/poller.h"
#include "someos/testing/open_descriptors.h"
#include "someos/testing/signals.h"

namespace someos {
namespace {

using testing::AnyOf;

int last_count;

int RecordCount(int count, fd_set* read, fd_set* write, fd_set* except, const timespec* timeout) {
  last_count = count;
  return RealSelectSystem().select(count, read, write, except, timeout);
}

std::string last_sets;

int RecordSets(int count, fd_set* read, fd_set* write, fd_set* except, const timespec* timeout) {
  last_sets = absl::StrCat(read != nullptr ? "r" : "", write != nullptr ? "w" : "",
                           except != nullptr ? "x" : "");
  return RealSelectSystem().select(count, read, write, except, timeout);
}

// Linux, for numbers beyond the process's table of descriptors.
int TimeOutLeavingEveryBitSet(int, fd_set*, fd_set*, fd_set*, const timespec*) { return 0; }

class SelectPollerTest : public testing::Test {
 protected:
  void SetUp() override { ASSERT_EQ(pipe(ends_), 0); }
  void TearDown() override {
    close(ends_[0]);
    close(ends_[1]);
  }

  int ends_[2];
  Event events_[4];
};

TEST_F(SelectPollerTest, RefusesWhatItsSetsCannotHold) {
  const int limit = RaiseDescriptorLimit(FD_SETSIZE + 1);
  if (limit <= FD_SETSIZE) {
    GTEST_SKIP() << "RLIMIT_NOFILE is " << limit << ", not above FD_SETSIZE";
  }
  const absl::StatusOr<std::unique_ptr<SelectPoller>> poller = SelectPoller::Create({});
  ASSERT_TRUE(poller.ok()) << poller.status();
  const int high = fcntl(ends_[0], F_DUPFD_CLOEXEC, FD_SETSIZE);
  ASSERT_GE(high, FD_SETSIZE);
  const absl::Status status = (*poller)->Register(high, Interest::kReadable);
  EXPECT_EQ(status.code(), absl::StatusCode::kOutOfRange) << status;
  EXPECT_EQ(ErrnoOf(status), EINVAL);
  close(high);

  const int last = fcntl(ends_[0], F_DUPFD_CLOEXEC, FD_SETSIZE - 1);
  ASSERT_EQ(last, FD_SETSIZE - 1);
  EXPECT_TRUE((*poller)->Register(last, Interest::kReadable).ok());
  ASSERT_EQ(write(ends_[1], "x", 1), 1);
  ASSERT_EQ((*poller)->Wait(events_, absl::InfiniteDuration()).value_or(9), 1u);
  EXPECT_EQ(events_[0].fd, last);
  close(last);
}

TEST_F(SelectPollerTest, RefusesToBeMadeWhenItsOwnDescriptorDoesNotFit) {
  const int limit = RaiseDescriptorLimit(FD_SETSIZE + 2);
  if (limit <= FD_SETSIZE + 1) {
    GTEST_SKIP() << "RLIMIT_NOFILE is " << limit << ", not above FD_SETSIZE";
  }
  std::vector<int> held;
  do {
    held.push_back(dup(0));
    ASSERT_GE(held.back(), 0);
  } while (held.back() < FD_SETSIZE - 1);
  EXPECT_EQ(SelectPoller::Create({}).status().code(), absl::StatusCode::kOutOfRange);
  for (const int fd : held) close(fd);
}

TEST_F(SelectPollerTest, AsksNoFurtherThanItsHighestDescriptor) {
  RaiseDescriptorLimit(300);
  constexpr SelectSystem kRecording = {RecordCount};
  const absl::StatusOr<std::unique_ptr<SelectPoller>> poller = SelectPoller::Create({}, kRecording);
  ASSERT_TRUE(poller.ok()) << poller.status();
  const int high = fcntl(ends_[0], F_DUPFD_CLOEXEC, 200);
  ASSERT_TRUE((*poller)->Register(high, Interest::kReadable).ok());
  ASSERT_TRUE((*poller)->Wait(events_, absl::ZeroDuration()).ok());
  EXPECT_EQ(last_count, high + 1);
  ASSERT_TRUE((*poller)->Unregister(high).ok());
  ASSERT_TRUE((*poller)->Wait(events_, absl::ZeroDuration()).ok());
  EXPECT_LT(last_count, high);
  close(high);
}

// Each set costs the kernel time.
TEST_F(SelectPollerTest, ALookLeavesOutTheSetsWithoutMembers) {
  constexpr SelectSystem kRecording = {RecordSets};
  const absl::StatusOr<std::unique_ptr<SelectPoller>> poller = SelectPoller::Create({}, kRecording);
  ASSERT_TRUE(poller.ok()) << poller.status();
  const auto sets_of_a_look = [&] {
    EXPECT_TRUE((*poller)->Wait(events_, absl::ZeroDuration()).ok());
    return last_sets;
  };
  const int fd = ends_[0];
  EXPECT_EQ(sets_of_a_look(), "");
  ASSERT_TRUE((*poller)->Register(fd, Interest::kReadable).ok());
  EXPECT_EQ(sets_of_a_look(), "r");
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE((*poller)->Modify(fd, Interest::kReadable).ok());
    EXPECT_EQ(sets_of_a_look(), "r");
    ASSERT_TRUE((*poller)->Modify(fd, Interest::kPriority).ok());
    EXPECT_EQ(sets_of_a_look(), "x");
    ASSERT_TRUE((*poller)->Modify(fd, Interest::kNone).ok());
    EXPECT_EQ(sets_of_a_look(), "");
  }
  ASSERT_TRUE((*poller)->Modify(fd, Interest::kReadable).ok());
  ASSERT_TRUE((*poller)->Unregister(fd).ok());
  EXPECT_EQ(sets_of_a_look(), "");
}

TEST_F(SelectPollerTest, BitsThatATimeoutLeavesSetAreNotEvents) {
  constexpr SelectSystem kSloppy = {TimeOutLeavingEveryBitSet};
  const absl::StatusOr<std::unique_ptr<SelectPoller>> poller = SelectPoller::Create({}, kSloppy);
  ASSERT_TRUE(poller.ok()) << poller.status();
  ASSERT_TRUE((*poller)->Register(ends_[0], Interest::kReadable).ok());
  EXPECT_EQ((*poller)->Wait(events_, absl::ZeroDuration()).value_or(9), 0u);
}

TEST_F(SelectPollerTest, FindsOutWhichOfTheDescriptorsIsClosed) {
  const absl::StatusOr<std::unique_ptr<SelectPoller>> poller = SelectPoller::Create({});
  ASSERT_TRUE(poller.ok()) << poller.status();
  const int closed = dup(ends_[0]);
  ASSERT_TRUE((*poller)->Register(ends_[0], Interest::kReadable, 1).ok());
  ASSERT_TRUE((*poller)->Register(closed, Interest::kReadable, 2).ok());
  close(closed);
  ASSERT_EQ((*poller)->Wait(events_, absl::InfiniteDuration()).value_or(9), 1u);
  EXPECT_EQ(events_[0].data, 2u);
  EXPECT_TRUE(events_[0].invalid());
  ASSERT_EQ(write(ends_[1], "x", 1), 1);
  ASSERT_EQ((*poller)->Wait(events_, absl::InfiniteDuration()).value_or(9), 1u);
  EXPECT_EQ(events_[0].data, 1u);
}

TEST_F(SelectPollerTest, SaysSoIfItsOwnDescriptorIsClosed) {
  const SelectSystem system = {RecordCount};
  const absl::StatusOr<std::unique_ptr<SelectPoller>> poller = SelectPoller::Create({}, system);
  ASSERT_TRUE(poller.ok()) << poller.status();
  ASSERT_EQ((*poller)->Wait(events_, absl::Milliseconds(1)).value_or(9), 0u);
  close(last_count - 1);  // the only one it waits for
  const absl::Status status = (*poller)->Wait(events_, absl::InfiniteDuration()).status();
  EXPECT_EQ(ErrnoOf(status), EBADF);
  EXPECT_EQ(status.message(), "wait: select: wake channel: Bad file descriptor (EBADF)");
  // The other end of a pipe, where that is what it is, is open still.
  const ScopedSignalHandler broken_pipes_are_errors(SIGPIPE, SIG_IGN);
  EXPECT_THAT(ErrnoOf((*poller)->Wake()), AnyOf(EBADF, EPIPE));
}

}  // namespace
}  // namespace someos
