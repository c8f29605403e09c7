// Promise 11: many changes in one call, in order; one that fails names itself, the others apply.

#include <cerrno>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/errno_status.h"
#include "someos/api/event.h"
#include "someos/api/interest.h"
#include "someos/api/poller.h"
#include "someos/testing/pipe.h"
#include "someos/testing/poller/conformance/fixture.h"
#include "someos/testing/scoped_fd.h"
#include "someos/testing/socket_pair.h"
#include "someos/testing/status_matchers.h"
#include "someos/testing/stream_io.h"
#include "someos/testing/temporary_file.h"

namespace someos {
namespace {

using testing::ElementsAre;
using testing::Field;
using testing::IsEmpty;
using testing::SizeIs;
using testing::UnorderedElementsAre;

TEST_P(BatchesTest, Empty) {
  std::vector<FailedChange> failed;
  EXPECT_THAT(poller().Apply({}, &failed), Succeeds());
  EXPECT_THAT(poller().Apply({}), Succeeds());
  EXPECT_THAT(failed, IsEmpty());
}

TEST_P(BatchesTest, AllApply) {
  const SocketPair first;
  const SocketPair second;
  const ScopedFd file = TemporaryFile();
  WriteText(second.far.get(), "x");
  const Change changes[] = {
      Change::Register(first.near.get(), Interest::kWritable, 1),
      Change::Register(second.near.get(), Interest::kReadable, 2),
      Change::Register(file.get(), Interest::kReadable, 3),
  };
  std::vector<FailedChange> failed;
  EXPECT_THAT(poller().Apply(changes, &failed), Succeeds());
  EXPECT_THAT(failed, IsEmpty());
  EXPECT_THAT(WaitReady(), UnorderedElementsAre(Field(&Event::data, 1u), Field(&Event::data, 2u),
                                                Field(&Event::data, 3u)));
}

TEST_P(BatchesTest, InOrder) {
  const SocketPair pair;
  const int fd = pair.near.get();
  const Change changes[] = {
      Change::Register(fd, Interest::kReadable, 1),
      Change::Modify(fd, kReadAndWrite, 2),
      Change::Unregister(fd),
      Change::Register(fd, Interest::kNone, 3),
      Change::Modify(fd, Interest::kWritable, 4, Trigger::kOneShot),
  };
  EXPECT_THAT(poller().Apply(changes), Succeeds());
  const auto events = WaitReady();
  ASSERT_THAT(events, ElementsAre(EventOf(fd, Readiness::kWritable)));
  EXPECT_EQ(events[0].data, 4u);
  ExpectQuiet();
}

TEST_P(BatchesTest, Many) {
  std::vector<SocketPair> pairs(12);
  std::vector<Change> in, out;
  for (const SocketPair& pair : pairs) {
    in.push_back(Change::Register(pair.near.get(), kReadAndWrite, in.size()));
    out.push_back(Change::Unregister(pair.near.get()));
  }
  for (int round = 0; round < 2; ++round) {
    EXPECT_THAT(poller().Apply(in), Succeeds());
    EXPECT_THAT(WaitReady(), SizeIs(pairs.size()));
    EXPECT_THAT(poller().registrations(), SizeIs(pairs.size()));
    std::vector<FailedChange> failed;
    EXPECT_THAT(poller().Apply(in, &failed), FailsWithErrno(EEXIST, "change 0: register fd"));
    EXPECT_THAT(failed, SizeIs(pairs.size()));
    EXPECT_THAT(poller().Apply(out), Succeeds());
    EXPECT_THAT(poller().registrations(), IsEmpty());
    ExpectQuiet();
  }
}

TEST_P(BatchesTest, OneDescriptorTwice) {
  const SocketPair pair;
  const int fd = pair.near.get();
  std::vector<FailedChange> failed;
  const Change in[] = {Change::Register(fd, Interest::kWritable, 1),
                       Change::Register(fd, Interest::kWritable, 2)};
  EXPECT_THAT(poller().Apply(in, &failed), FailsWithErrno(EEXIST, "change 1: register fd"));
  ASSERT_THAT(WaitReady(), ElementsAre(Field(&Event::data, 1u)));
  const Change out[] = {Change::Unregister(fd), Change::Unregister(fd)};
  EXPECT_THAT(poller().Apply(out, &failed), FailsWithErrno(ENOENT, "change 1: unregister fd"));
  EXPECT_THAT(failed, SizeIs(2));
  ExpectQuiet();
}

TEST_P(BatchesTest, TheFirstFailurePrintsAsOneLine) {
  const absl::Status status = poller().Apply({Change::Unregister(-1)});
  EXPECT_THAT(testing::PrintToString(status), testing::Not(testing::HasSubstr("\n")));
  EXPECT_THAT(status, FailsWithErrno(EBADF, "change 0: unregister fd -1"));
}

// A file that is always ready may be known to the poller alone, and not to the kernel.
TEST_P(BatchesTest, EndsWhatTheKernelNeverHad) {
  const ScopedFd file = TemporaryFile();
  const Pipe pipe;
  Register(file.get(), Interest::kReadable, 1);
  Register(pipe.reader.get(), Interest::kReadable, 2);
  EXPECT_THAT(WaitReady(), ElementsAre(Field(&Event::data, 1u)));
  const Change changes[] = {Change::Unregister(file.get()), Change::Unregister(pipe.reader.get())};
  EXPECT_THAT(poller().Apply(changes), Succeeds());
  ExpectQuiet();
}

// One-shots that have fired, and files that are closed: a kernel may have nothing of either.
TEST_P(BatchesTest, EndsWhatTheKernelHasEndedAlready) {
  const SocketPair fired;
  const SocketPair stays;
  SocketPair closed;
  Register(fired.near.get(), Interest::kWritable, 1, Trigger::kOneShot);
  EXPECT_THAT(WaitReady(), ElementsAre(Field(&Event::data, 1u)));
  Register(stays.near.get(), Interest::kReadable, 2);
  Register(closed.near.get(), Interest::kReadable, 3);
  const int number = closed.near.get();
  closed.near.reset();
  const Change out[] = {Change::Unregister(fired.near.get()), Change::Unregister(number),
                        Change::Unregister(stays.near.get())};
  EXPECT_THAT(poller().Apply(out), Succeeds());
  WriteText(stays.far.get(), "x");
  ExpectQuiet();
  EXPECT_THAT(poller().registrations(), IsEmpty());
}

TEST_P(BatchesTest, FailureInTheMiddleDoesNotStopTheRest) {
  const Pipe first;
  const Pipe last;
  Pipe closed;
  const int bad = closed.reader.get();
  closed.reader.reset();
  WriteText(first.writer.get(), "x");
  WriteText(last.writer.get(), "x");
  const Change changes[] = {
      Change::Register(first.reader.get(), Interest::kReadable, 1),
      Change::Register(bad, Interest::kReadable),
      Change::Register(last.reader.get(), Interest::kReadable, 3),
  };
  std::vector<FailedChange> failed;
  EXPECT_THAT(poller().Apply(changes, &failed),
              FailsWithErrno(EBADF, absl::StrCat("change 1: register fd ", bad, ": ")));
  ASSERT_EQ(failed.size(), 1u);
  EXPECT_EQ(failed[0].index, 1u);
  EXPECT_THAT(failed[0].status, FailsWithErrno(EBADF, absl::StrCat("register fd ", bad, ": ")));
  EXPECT_THAT(WaitReady(), UnorderedElementsAre(Field(&Event::data, 1u), Field(&Event::data, 3u)));
}

TEST_P(BatchesTest, EveryFailureIsListedAndTheFirstReturned) {
  const Pipe pipe;
  const Pipe unknown;
  const int fd = pipe.reader.get();
  const Change changes[] = {
      Change::Modify(unknown.reader.get(), Interest::kReadable),
      Change::Register(fd, Interest::kReadable),
      Change::Register(fd, Interest::kReadable),
      Change::Unregister(unknown.reader.get()),
      Change::Register(-1, Interest::kReadable),
  };
  std::vector<FailedChange> failed;
  EXPECT_THAT(poller().Apply(changes, &failed), FailsWithErrno(ENOENT, "change 0: modify fd"));
  ASSERT_EQ(failed.size(), 4u);
  EXPECT_EQ(failed[0].index, 0u);
  EXPECT_THAT(failed[0].status, FailsWithErrno(ENOENT, "modify fd"));
  EXPECT_EQ(failed[1].index, 2u);
  EXPECT_THAT(failed[1].status, FailsWithErrno(EEXIST, "register fd"));
  EXPECT_EQ(failed[2].index, 3u);
  EXPECT_THAT(failed[2].status, FailsWithErrno(ENOENT, "unregister fd"));
  EXPECT_EQ(failed[3].index, 4u);
  EXPECT_THAT(failed[3].status, FailsWithErrno(EBADF, "register fd -1"));
}

TEST_P(BatchesTest, FailuresNeedNotBeCollected) {
  const Pipe pipe;
  const Change changes[] = {Change::Unregister(pipe.reader.get()),
                            Change::Register(pipe.writer.get(), Interest::kWritable)};
  EXPECT_THAT(poller().Apply(changes), FailsWithErrno(ENOENT, "change 0: unregister fd"));
  EXPECT_THAT(WaitReady(), ElementsAre(EventOf(pipe.writer.get(), Readiness::kWritable)));
}

TEST_P(BatchesTest, FailureWithoutAnErrnoNamesItself) {
  if (capabilities().edge) GTEST_SKIP() << backend().implementation << " has edge triggers";
  const Pipe pipe;
  const Change changes[] = {
      Change::Register(pipe.reader.get(), Interest::kReadable, 0, Trigger::kEdge)};
  EXPECT_THAT(poller().Apply(changes),
              FailsWithCode(absl::StatusCode::kUnimplemented, "change 0: register fd"));
}

}  // namespace
}  // namespace someos
