// Promise 1: every failure says which operation on which descriptor failed, and with which errno.

#include <cerrno>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/event.h"
#include "someos/api/interest.h"
#include "someos/api/poller.h"
#include "someos/testing/pipe.h"
#include "someos/testing/poller/conformance/fixture.h"
#include "someos/testing/status_matchers.h"
#include "someos/testing/stream_io.h"

namespace someos {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// A number that was open a moment ago, and that nothing has taken since.
int ClosedDescriptor() {
  Pipe pipe;
  return pipe.reader.get();
}

TEST_P(ErrorsTest, NegativeDescriptor) {
  for (const int fd : {-1, -2, -1000000}) {
    EXPECT_THAT(poller().Register(fd, Interest::kReadable),
                FailsWithErrno(EBADF, absl::StrCat("register fd ", fd, ": ")));
    EXPECT_THAT(poller().Modify(fd, Interest::kReadable),
                FailsWithErrno(EBADF, absl::StrCat("modify fd ", fd, ": ")));
    EXPECT_THAT(poller().Unregister(fd),
                FailsWithErrno(EBADF, absl::StrCat("unregister fd ", fd, ": ")));
  }
}

TEST_P(ErrorsTest, RegisterOfClosedDescriptor) {
  const int closed = ClosedDescriptor();
  for (const Interest interest : {Interest::kReadable, kReadAndWrite, Interest::kNone}) {
    EXPECT_THAT(poller().Register(closed, interest),
                FailsWithErrno(EBADF, absl::StrCat("register fd ", closed, ": ")))
        << absl::StrCat(interest);
    EXPECT_THAT(poller().Register(closed, interest, 0, Trigger::kOneShot),
                FailsWithErrno(EBADF, absl::StrCat("register fd ", closed, ": ")))
        << absl::StrCat(interest);
  }
  // The failure left nothing behind.
  EXPECT_THAT(poller().Unregister(closed), FailsWithErrno(ENOENT, "unregister fd"));
  ExpectQuiet();
}

TEST_P(ErrorsTest, RegisterTwice) {
  const Pipe pipe;
  const int fd = pipe.reader.get();
  Register(fd, Interest::kReadable, 1);
  EXPECT_THAT(poller().Register(fd, kReadAndWrite, 2),
              FailsWithErrno(EEXIST, absl::StrCat("register fd ", fd, ": ")));
  // The first registration is as it was.
  WriteText(pipe.writer.get(), "x");
  const auto events = WaitReady();
  ASSERT_THAT(events, ElementsAre(EventOf(fd, Readiness::kReadable)));
  EXPECT_EQ(events[0].data, 1u);
}

TEST_P(ErrorsTest, RegisterTwiceWithoutInterest) {
  const Pipe pipe;
  Register(pipe.reader.get(), Interest::kNone);
  EXPECT_THAT(poller().Register(pipe.reader.get(), Interest::kReadable),
              FailsWithErrno(EEXIST, "register fd"));
}

TEST_P(ErrorsTest, ModifyOfUnknownDescriptor) {
  const Pipe pipe;
  const int fd = pipe.reader.get();
  EXPECT_THAT(poller().Modify(fd, Interest::kReadable),
              FailsWithErrno(ENOENT, absl::StrCat("modify fd ", fd, ": ")));
  // Modify registers nothing by the way.
  EXPECT_THAT(poller().Unregister(fd), FailsWithErrno(ENOENT, "unregister fd"));
}

TEST_P(ErrorsTest, UnregisterOfUnknownDescriptor) {
  const Pipe pipe;
  const int fd = pipe.reader.get();
  EXPECT_THAT(poller().Unregister(fd),
              FailsWithErrno(ENOENT, absl::StrCat("unregister fd ", fd, ": ")));
  const int closed = ClosedDescriptor();
  EXPECT_THAT(poller().Unregister(closed),
              FailsWithErrno(ENOENT, absl::StrCat("unregister fd ", closed, ": ")));
}

TEST_P(ErrorsTest, UnregisterTwice) {
  const Pipe pipe;
  const int fd = pipe.reader.get();
  Register(fd, Interest::kReadable);
  Unregister(fd);
  EXPECT_THAT(poller().Unregister(fd), FailsWithErrno(ENOENT, "unregister fd"));
  EXPECT_THAT(poller().Modify(fd, Interest::kReadable), FailsWithErrno(ENOENT, "modify fd"));
  // And then it can come back.
  Register(fd, Interest::kReadable);
}

TEST_P(ErrorsTest, ModifyOfClosedDescriptor) {
  Pipe pipe;
  const int fd = pipe.reader.get();
  Register(fd, Interest::kReadable);
  pipe.reader.reset();
  EXPECT_THAT(poller().Modify(fd, kReadAndWrite),
              FailsWithErrno(EBADF, absl::StrCat("modify fd ", fd, ": ")));
}

TEST_P(ErrorsTest, MessageEndsAsPerrorPrints) {
  EXPECT_EQ(poller().Unregister(-7).message(), "unregister fd -7: Bad file descriptor (EBADF)");
}

TEST_P(ErrorsTest, WaitWithoutRoom) {
  EXPECT_THAT(poller().Wait(absl::Span<Event>(), absl::ZeroDuration()),
              FailsWithErrno(EINVAL, "wait"));
  EXPECT_THAT(poller().Wait(absl::Span<Event>(), absl::InfiniteDuration()),
              FailsWithErrno(EINVAL, "wait"));
}

TEST_P(ErrorsTest, EdgeIsRefusedWhereItIsDenied) {
  if (capabilities().edge) GTEST_SKIP() << backend().implementation << " has edge triggers";
  const Pipe pipe;
  const int fd = pipe.reader.get();
  EXPECT_THAT(
      poller().Register(fd, Interest::kReadable, 0, Trigger::kEdge),
      FailsWithCode(absl::StatusCode::kUnimplemented, absl::StrCat("register fd ", fd, ": ")));
  EXPECT_THAT(poller().Unregister(fd), FailsWithErrno(ENOENT, "unregister fd"));

  // A refused Modify leaves the registration as it was.
  Register(fd, Interest::kReadable, 5);
  EXPECT_THAT(
      poller().Modify(fd, Interest::kReadable, 6, Trigger::kEdge),
      FailsWithCode(absl::StatusCode::kUnimplemented, absl::StrCat("modify fd ", fd, ": ")));
  WriteText(pipe.writer.get(), "x");
  const auto events = WaitReady();
  ASSERT_THAT(events, ElementsAre(EventOf(fd, Readiness::kReadable)));
  EXPECT_EQ(events[0].data, 5u);
}

TEST_P(ErrorsTest, PriorityIsRefusedWhereItIsDenied) {
  if (capabilities().priority) GTEST_SKIP() << backend().implementation << " has priority";
  const Pipe pipe;
  const int fd = pipe.reader.get();
  EXPECT_THAT(
      poller().Register(fd, Interest::kReadable | Interest::kPriority),
      FailsWithCode(absl::StatusCode::kUnimplemented, absl::StrCat("register fd ", fd, ": ")));
  EXPECT_THAT(poller().Unregister(fd), FailsWithErrno(ENOENT, "unregister fd"));

  Register(fd, Interest::kReadable, 5);
  EXPECT_THAT(
      poller().Modify(fd, Interest::kPriority, 6),
      FailsWithCode(absl::StatusCode::kUnimplemented, absl::StrCat("modify fd ", fd, ": ")));
  WriteText(pipe.writer.get(), "x");
  const auto events = WaitReady();
  ASSERT_THAT(events, ElementsAre(EventOf(fd, Readiness::kReadable)));
  EXPECT_EQ(events[0].data, 5u);
}

TEST_P(ErrorsTest, TheDestructorLeavesErrnoAlone) {
  const Pipe pipe;
  Register(pipe.reader.get(), Interest::kReadable);
  errno = ERANGE;
  DestroyPoller();
  EXPECT_EQ(errno, ERANGE);
}

TEST_P(ErrorsTest, NamesItsBackend) {
  EXPECT_EQ(poller().name(), backend().name);
  EXPECT_FALSE(backend().implementation.empty());
  EXPECT_FALSE(backend().limits().empty());
  EXPECT_GT(capabilities().timeout_resolution, absl::ZeroDuration());
}

}  // namespace
}  // namespace someos
