// Promise 5, continued: exclusive registrations, of which not all are woken.

#include <cerrno>
#include <cstdint>
#include <memory>
#include <thread>

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/event.h"
#include "someos/api/interest.h"
#include "someos/api/poller.h"
#include "someos/testing/pipe.h"
#include "someos/testing/poller/conformance/fixture.h"
#include "someos/testing/poller/waiting_thread.h"
#include "someos/testing/scoped_fd.h"
#include "someos/testing/socket_pair.h"
#include "someos/testing/status_matchers.h"
#include "someos/testing/stream_io.h"
#include "someos/testing/temporary_file.h"

namespace someos {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

TEST_P(TriggersTest, ExclusiveIsRefusedWhereThereIsNone) {
  if (capabilities().exclusive) GTEST_SKIP() << "this backend has it";
  const Pipe pipe;
  const int fd = pipe.reader.get();
  EXPECT_TRUE(
      absl::IsUnimplemented(poller().Register(fd, Interest::kReadable, 0, Trigger::kExclusive)));
  Register(fd, Interest::kReadable);
  EXPECT_TRUE(
      absl::IsUnimplemented(poller().Modify(fd, Interest::kReadable, 0, Trigger::kExclusive)));
  WriteText(pipe.writer.get(), "x");
  EXPECT_THAT(WaitReady(), ElementsAre(EventOf(fd, Readiness::kReadable)));
}

TEST_P(TriggersTest, ExclusiveIsLevelTriggered) {
  if (!capabilities().exclusive) GTEST_SKIP() << Lacks("exclusive");
  const Pipe pipe;
  const ScopedFd file = TemporaryFile();
  const int fd = pipe.reader.get();
  Register(fd, Interest::kReadable, 7, Trigger::kExclusive);
  ExpectQuiet();
  WriteText(pipe.writer.get(), "x");
  for (int i = 0; i < 2; ++i) {
    const auto events = WaitReady();
    ASSERT_THAT(events, ElementsAre(EventOf(fd, Readiness::kReadable)));
    EXPECT_EQ(events[0].data, 7u);
  }
  ReadAvailable(fd);
  ExpectQuiet();
  Register(file.get(), Interest::kReadable, 0, Trigger::kExclusive);
  for (int i = 0; i < 2; ++i) {
    EXPECT_THAT(WaitReady(), ElementsAre(EventOf(file.get(), Readiness::kReadable)));
  }
}

TEST_P(TriggersTest, ExclusiveCannotBeModified) {
  if (!capabilities().exclusive) GTEST_SKIP() << Lacks("exclusive");
  const SocketPair exclusive;
  const SocketPair other;
  const ScopedFd file = TemporaryFile();
  const int fd = exclusive.near.get();
  Register(fd, Interest::kReadable, 1, Trigger::kExclusive);
  Register(file.get(), Interest::kReadable, 1, Trigger::kExclusive);
  Register(other.near.get(), Interest::kReadable, 2);
  for (const int number : {fd, file.get()}) {
    EXPECT_THAT(poller().Modify(number, Interest::kWritable), FailsWithErrno(EINVAL, "modify fd"));
  }
  EXPECT_THAT(poller().Modify(other.near.get(), kReadAndWrite, 3, Trigger::kExclusive),
              FailsWithErrno(EINVAL, "modify fd"));
  EXPECT_THAT(poller().Modify(other.near.get(), Interest::kNone, 3, Trigger::kExclusive),
              FailsWithErrno(EINVAL, "modify fd"));
  EXPECT_THAT(poller().Modify(other.far.get(), Interest::kReadable, 0, Trigger::kExclusive),
              FailsWithErrno(ENOENT, "modify fd"));
  Unregister(file.get());
  // Both are as they were.
  WriteText(exclusive.far.get(), "x");
  WriteText(other.far.get(), "x");
  uint64_t sum = 0;
  for (const Event& event : WaitReady()) {
    EXPECT_EQ(event.readiness, Readiness::kReadable);
    sum += event.data;
  }
  EXPECT_EQ(sum, 3u);
  Unregister(fd);
  Register(fd, kReadAndWrite, 4);
}

TEST_P(TriggersTest, ExclusiveIsForReadingAndWritingOnly) {
  if (!capabilities().exclusive) GTEST_SKIP() << Lacks("exclusive");
  const SocketPair pair;
  for (const Interest interest :
       {Interest::kNone, Interest::kErrors, Interest::kPriority,
        Interest::kReadable | Interest::kReadHangup, Interest::kReadable | Interest::kPriority}) {
    EXPECT_THAT(poller().Register(pair.near.get(), interest, 0, Trigger::kExclusive),
                FailsWithErrno(EINVAL, "register fd"))
        << InterestNames(interest);
  }
  EXPECT_THAT(poller().registrations(), IsEmpty());
  Register(pair.near.get(), kReadAndWrite, 0, Trigger::kExclusive);
}

TEST_P(TriggersTest, ExclusiveUnderAReusedNumber) {
  if (!capabilities().exclusive) GTEST_SKIP() << Lacks("exclusive");
  for (const Trigger before : {Trigger::kLevel, Trigger::kExclusive}) {
    for (const Trigger after : {Trigger::kLevel, Trigger::kExclusive}) {
      const Pipe old;
      const Pipe kept;
      const Pipe young;
      const int fd = old.reader.get();
      Register(kept.reader.get(), Interest::kReadable, 2, Trigger::kExclusive);
      Register(fd, Interest::kReadable, 0, before);
      const ScopedFd duplicate = Duplicate(fd);
      GiveNumber(old.reader, young.reader);
      Register(fd, Interest::kReadable, 1, after);
      WriteText(old.writer.get(), "x");
      EXPECT_THAT(WaitNow(), IsEmpty());  // drops the old file
      EXPECT_THAT(WaitNow(), IsEmpty());
      WriteText(young.writer.get(), "x");
      EXPECT_THAT(WaitReady(), ElementsAre(EventOf(fd, Readiness::kReadable)));
      WriteText(kept.writer.get(), "x");
      EXPECT_THAT(WaitReady(), SizeIs(2));
      Unregister(fd);
      Unregister(kept.reader.get());
    }
  }
}

TEST_P(ThreadsTest, ExclusiveWakesAtLeastOneOfThem) {
  if (!capabilities().exclusive) GTEST_SKIP() << Lacks("exclusive");
  const Pipe pipe;
  const int fd = pipe.reader.get();
  const std::unique_ptr<Poller> other = NewPoller();
  Register(fd, Interest::kReadable, 0, Trigger::kExclusive);
  ASSERT_THAT(other->Register(fd, Interest::kReadable, 0, Trigger::kExclusive), Succeeds());
  WaitingThread first(poller());
  WaitingThread second(*other);
  first.AwaitInside();
  second.AwaitInside();
  WriteText(pipe.writer.get(), "x");
  while (!first.done() && !second.done()) std::this_thread::yield();
  // The other one, if it sleeps.
  EXPECT_THAT(poller().Wake(), Succeeds());
  EXPECT_THAT(other->Wake(), Succeeds());
  EXPECT_THAT(first.Join(), Succeeds());
  EXPECT_THAT(second.Join(), Succeeds());
}

}  // namespace
}  // namespace someos
