// Promise 2: a number that was closed without Unregister, and given out again, can be registered
// anew, and reports nothing of the old file.

#include <cerrno>
#include <cstdint>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/backend.h"
#include "someos/api/event.h"
#include "someos/api/interest.h"
#include "someos/testing/pipe.h"
#include "someos/testing/poller/conformance/fixture.h"
#include "someos/testing/poller/conformance/look_alikes.h"
#include "someos/testing/poller/waiting_thread.h"
#include "someos/testing/scoped_fd.h"
#include "someos/testing/signal_source.h"
#include "someos/testing/socket_pair.h"
#include "someos/testing/status_matchers.h"
#include "someos/testing/stream_io.h"
#include "someos/testing/tcp.h"
#include "someos/testing/temporary_file.h"

namespace someos {
namespace {

using testing::ElementsAre;
using testing::Field;
using testing::IsEmpty;

// Lets `number`, which was closed before, name the file of `file`. Returns what it became.
int Reopen(int number, const ScopedFd& file) { return DuplicateTo(number, file.get()).release(); }

TEST_P(ReuseTest, RegisterOfTheNewFile) {
  const Pipe old;
  const SocketPair pair;
  const int fd = old.reader.get();
  Register(fd, Interest::kReadable, 1);
  GiveNumber(old.reader, pair.near);
  Register(fd, Interest::kReadable, 2);
  ExpectQuiet();
  WriteText(pair.far.get(), "x");
  const auto events = WaitReady();
  ASSERT_THAT(events, ElementsAre(EventOf(fd, Readiness::kReadable)));
  EXPECT_EQ(events[0].data, 2u);
  Unregister(fd);
  ExpectQuiet();
}

TEST_P(ReuseTest, RegisterOfTheNewFileOfTheSameKind) {
  const Pipe old;
  AwaitATick(old.reader.get());
  const Pipe young;
  const int fd = old.reader.get();
  Register(fd, Interest::kReadable, 1);
  WriteText(old.writer.get(), "x");
  EXPECT_THAT(WaitReady(), ElementsAre(Field(&Event::data, 1u)));
  GiveNumber(old.reader, young.reader);
  Register(fd, Interest::kReadable, 2);
  ExpectQuiet();
  WriteText(young.writer.get(), "x");
  EXPECT_THAT(WaitReady(), ElementsAre(Field(&Event::data, 2u)));
}

// To fstat() the two ends of a pipe may be one file.
TEST_P(ReuseTest, TheOtherEndOfThePipe) {
  const Pipe pipe;
  if (EndsLookAlike(pipe) && backend().name != "kqueue") {
    GTEST_SKIP() << "to this system's fstat() both ends of a pipe are one file";
  }
  const int fd = pipe.reader.get();
  Register(fd, Interest::kReadable, 1);
  GiveNumber(pipe.reader, pipe.writer);
  EXPECT_THAT(poller().Modify(fd, Interest::kWritable, 2), FailsWithErrno(ENOENT, "modify fd"));
  Register(fd, Interest::kWritable, 3);
  EXPECT_THAT(WaitReady(), ElementsAre(Field(&Event::data, 3u)));
}

// The new file may be asked for other things than the old one.
TEST_P(ReuseTest, InterestAndTriggerAreTheNewOnes) {
  const SocketPair old;
  const SocketPair pair;
  const int fd = old.near.get();
  Register(fd, kReadAndWrite, 1, Trigger::kOneShot);
  EXPECT_THAT(WaitReady(), ElementsAre(EventOf(fd, Readiness::kWritable)));
  GiveNumber(old.near, pair.near);
  Register(fd, Interest::kReadable, 2);
  ExpectQuiet();
  WriteText(pair.far.get(), "x");
  EXPECT_THAT(WaitReady(), ElementsAre(EventOf(fd, Readiness::kReadable)));
  EXPECT_THAT(WaitReady(), ElementsAre(EventOf(fd, Readiness::kReadable)));
}

TEST_P(ReuseTest, RegularFileAfterPipe) {
  const Pipe old;
  const ScopedFd file = TemporaryFile();
  const int fd = old.reader.get();
  Register(fd, Interest::kReadable, 1);
  GiveNumber(old.reader, file);
  Register(fd, Interest::kReadable, 2);
  EXPECT_THAT(WaitReady(), ElementsAre(Field(&Event::data, 2u)));
  Unregister(fd);
  ExpectQuiet();
}

TEST_P(ReuseTest, PipeAfterRegularFile) {
  const ScopedFd file = TemporaryFile();
  const Pipe pipe;
  const int fd = file.get();
  Register(fd, Interest::kReadable, 1);
  EXPECT_THAT(WaitReady(), ElementsAre(Field(&Event::data, 1u)));
  GiveNumber(file, pipe.reader);
  Register(fd, Interest::kReadable, 2);
  ExpectQuiet();
  WriteText(pipe.writer.get(), "x");
  EXPECT_THAT(WaitReady(), ElementsAre(Field(&Event::data, 2u)));
}

// Files that fstat() may not tell apart: all eventfds have one inode, sockets may have none.
TEST_P(ReuseTest, SignalSourceAfterSignalSource) {
  if (OverLibkqueue()) GTEST_SKIP() << "libkqueue: takes no eventfds";
  SignalSource old;
  AwaitATick(old.fd());
  SignalSource young;
  const ScopedFd number = Duplicate(old.fd());
  const int fd = number.get();
  Register(fd, Interest::kReadable, 1);
  GiveNumber(number, Duplicate(young.fd()));
  old = SignalSource();  // its last descriptor is closed
  Register(fd, Interest::kReadable, 2);
  ExpectQuiet();
  young.Raise();
  EXPECT_THAT(WaitReady(), ElementsAre(Field(&Event::data, 2u)));
}

TEST_P(ReuseTest, TcpConnectionAfterTcpConnection) {
  const TcpPair old;
  const TcpPair young;
  const int fd = old.near.get();
  Register(fd, Interest::kReadable, 1);
  GiveNumber(old.near, young.near);
  Register(fd, Interest::kReadable, 2);
  ExpectQuiet();
  WriteText(young.far.get(), "x");
  EXPECT_THAT(WaitReady(), ElementsAre(Field(&Event::data, 2u)));
}

// The old file stays open under another number (dup, fork), and so stays in the set of a kernel
// that registers files and not numbers.
TEST_P(ReuseTest, ADuplicateKeepsTheOldFileOpen) {
  const Pipe old;
  const ScopedFd duplicate = Duplicate(old.reader.get());
  const SocketPair pair;
  const int fd = old.reader.get();
  Register(fd, Interest::kReadable, 1);
  WriteText(old.writer.get(), "x");
  GiveNumber(old.reader, pair.near);
  Register(fd, Interest::kReadable, 2);
  // The old file is ready all the time.
  ExpectQuiet();
  WriteText(pair.far.get(), "x");
  const auto events = WaitReady();
  ASSERT_THAT(events, ElementsAre(EventOf(fd, Readiness::kReadable)));
  EXPECT_EQ(events[0].data, 2u);
  ReadAvailable(pair.near.get());
  ExpectQuiet();
  Unregister(fd);
  ExpectQuiet();
}

TEST_P(ReuseTest, ADuplicateKeepsAOneShotOpen) {
  const Pipe old;
  const ScopedFd duplicate = Duplicate(old.reader.get());
  const SocketPair pair;
  const int fd = old.reader.get();
  Register(fd, Interest::kReadable, 1, Trigger::kOneShot);
  GiveNumber(old.reader, pair.near);
  Register(fd, Interest::kReadable, 2, Trigger::kOneShot);
  WriteText(old.writer.get(), "x");
  ExpectQuiet();
  WriteText(pair.far.get(), "x");
  EXPECT_THAT(WaitReady(), ElementsAre(Field(&Event::data, 2u)));
  ExpectQuiet();
}

// To be rid of one old file's events, a poller must not take other numbers for what they were.
TEST_P(ReuseTest, ADuplicateDoesNotBringBackOtherNumbers) {
  const Pipe old;
  AwaitATick(old.reader.get());
  const Pipe young;
  Register(old.reader.get(), Interest::kReadable, 1);
  GiveNumber(old.reader, young.reader);

  const Pipe kept_open;
  const ScopedFd duplicate = Duplicate(kept_open.reader.get());
  const SocketPair pair;
  Register(kept_open.reader.get(), Interest::kReadable, 2);
  GiveNumber(kept_open.reader, pair.near);
  Register(kept_open.reader.get(), Interest::kReadable, 3);
  WriteText(kept_open.writer.get(), "x");
  ExpectQuiet();

  Register(old.reader.get(), Interest::kReadable, 4);
  ExpectQuiet();
  WriteText(young.writer.get(), "x");
  EXPECT_THAT(WaitReady(), ElementsAre(Field(&Event::data, 4u)));
}

TEST_P(ReuseTest, UnregisterOfTheOldNumberLeavesADuplicateSilent) {
  Pipe old;
  const ScopedFd duplicate = Duplicate(old.reader.get());
  const int fd = old.reader.get();
  Register(fd, Interest::kReadable, 1);
  WriteText(old.writer.get(), "x");
  old.reader.reset();
  Unregister(fd);
  ExpectQuiet();
}

// The kernel may hold the old registration still, for the sake of the duplicate.
TEST_P(ReuseTest, UnregisteredNumberNamesItsOldFileAgain) {
  const Pipe pipe;
  const ScopedFd duplicate = Duplicate(pipe.reader.get());
  const SocketPair pair;
  const int fd = pipe.reader.get();
  Register(fd, Interest::kReadable, 1);
  GiveNumber(pipe.reader, pair.near);
  Unregister(fd);
  GiveNumber(pipe.reader, duplicate);
  Register(fd, Interest::kReadable, 2);
  ExpectQuiet();
  WriteText(pipe.writer.get(), "x");
  EXPECT_THAT(WaitReady(), ElementsAre(Field(&Event::data, 2u)));
}

// A look with room for one event does not spend it on an event of the old registration.
TEST_P(ReuseTest, OldFileTakesNoRoom) {
  const Pipe old;
  const ScopedFd duplicate = Duplicate(old.reader.get());
  const Pipe pipe;
  const int fd = old.reader.get();
  Register(fd, Interest::kReadable, 1);
  WriteText(old.writer.get(), "x");
  GiveNumber(old.reader, pipe.writer);
  Unregister(fd);
  Register(fd, Interest::kWritable, 2);
  EXPECT_THAT(WaitNow(1), ElementsAre(Field(&Event::data, 2u)));
}

// The number comes back in the middle of a Wait.
TEST_P(ReuseTest, RegisterOfTheNewFileDuringWait) {
  const Pipe old;
  const SocketPair pair;
  const int fd = old.reader.get();
  Register(fd, Interest::kReadable, 1);
  WaitingThread waiter(poller());
  waiter.AwaitInside();
  GiveNumber(old.reader, pair.near);
  Register(fd, Interest::kReadable, 2);
  WriteText(pair.far.get(), "x");
  auto events = waiter.Join();
  ASSERT_THAT(events, Succeeds());
  // OpenBSD's poll(2) notices that the old file is closed, if the new one is not registered yet.
  if (!events->empty() && events->front().invalid()) *events = WaitReady();
  EXPECT_THAT(*events, ElementsAre(Field(&Event::data, 2u)));
}

TEST_P(ReuseTest, ManyTimes) {
  const Pipe slot;
  const int fd = slot.reader.get();
  for (uint64_t i = 0; i < 100; ++i) {
    AwaitATick(fd);
    const Pipe pipe;
    GiveNumber(slot.reader, pipe.reader);
    Register(fd, Interest::kReadable, i);
    WriteText(pipe.writer.get(), "x");
    EXPECT_THAT(WaitReady(), ElementsAre(Field(&Event::data, i)));
  }
}

TEST_P(ReuseTest, ModifyDoesNotTakeTheNewFileForTheOld) {
  const Pipe old;
  const SocketPair pair;
  const int fd = old.reader.get();
  Register(fd, Interest::kReadable, 1);
  GiveNumber(old.reader, pair.near);
  EXPECT_THAT(poller().Modify(fd, kReadAndWrite, 2), FailsWithErrno(ENOENT, "modify fd"));
}

// Where the mechanism takes numbers, nobody notices in time: see poll_poller.h.
TEST_P(ReuseTest, EventsOfTheNewFileBeforeItIsRegistered) {
  const Pipe old;
  const SocketPair pair;
  const int fd = old.reader.get();
  Register(fd, Interest::kReadable, 1);
  GiveNumber(old.reader, pair.near);
  WriteText(pair.far.get(), "x");
  if (capabilities().invalid) {
    EXPECT_THAT(WaitReady(), ElementsAre(Field(&Event::data, 1u)));
  } else {
    ExpectQuiet();
  }
  Unregister(fd);
  ExpectQuiet();
}

TEST_P(ReuseTest, UnregisterOfAClosedDescriptor) {
  Pipe pipe;
  const int fd = pipe.reader.get();
  Register(fd, Interest::kReadable);
  pipe.reader.reset();
  Unregister(fd);
  EXPECT_THAT(poller().Unregister(fd), FailsWithErrno(ENOENT, "unregister fd"));
  ExpectQuiet();
}

TEST_P(ReuseTest, UnregisterOfAReusedNumber) {
  const Pipe old;
  const SocketPair pair;
  const int fd = old.reader.get();
  Register(fd, Interest::kReadable);
  GiveNumber(old.reader, pair.near);
  Unregister(fd);
  WriteText(pair.far.get(), "x");
  ExpectQuiet();
}

TEST_P(ReuseTest, ClosedDescriptorIsReportedAtMostOnce) {
  Pipe pipe;
  const int fd = pipe.reader.get();
  Register(fd, Interest::kReadable, 7);
  EXPECT_THAT(WaitNow(), IsEmpty());
  pipe.reader.reset();
  if (capabilities().invalid) {
    const auto events = WaitReady();
    ASSERT_THAT(events, ElementsAre(EventOf(fd, Readiness::kInvalid)));
    EXPECT_EQ(events[0].data, 7u);
  }
  ExpectQuiet();
  // Dead, but registered.
  Unregister(fd);
}

TEST_P(ReuseTest, ClosedDescriptorDoesNotHideOthers) {
  Pipe closed;
  const Pipe pipe;
  Register(closed.reader.get(), kReadAndWrite);
  Register(pipe.reader.get(), Interest::kReadable);
  closed.reader.reset();
  WriteText(pipe.writer.get(), "x");
  bool reported = false;
  for (int i = 0; i < 3; ++i) {
    for (const Event& event : WaitReady()) {
      if (event.fd != pipe.reader.get()) continue;
      EXPECT_THAT(event, EventOf(pipe.reader.get(), Readiness::kReadable));
      reported = true;
    }
  }
  EXPECT_TRUE(reported);
  ReadAvailable(pipe.reader.get());
  ExpectQuiet();
}

TEST_P(ReuseTest, ClosedDescriptorWithoutInterestIsSilent) {
  Pipe pipe;
  Register(pipe.reader.get(), Interest::kNone);
  pipe.reader.reset();
  ExpectQuiet();
}

TEST_P(ReuseTest, NumberOfAReportedDeadDescriptorCanComeBack) {
  const Pipe slot;
  const int fd = slot.reader.get();
  const SocketPair pair;
  Register(fd, Interest::kReadable, 1);
  ScopedFd(fd).reset();
  Wait(kQuiet);  // may report it
  ASSERT_EQ(Reopen(fd, pair.near), fd);
  Register(fd, Interest::kReadable, 2);
  ExpectQuiet();
  WriteText(pair.far.get(), "x");
  EXPECT_THAT(WaitReady(), ElementsAre(Field(&Event::data, 2u)));
}

// A dead registration does not stand in the way of a new one, whatever its file is.
TEST_P(ReuseTest, NumberOfAReportedDeadDescriptorCanNameTheSameFile) {
  if (!capabilities().invalid) GTEST_SKIP() << Lacks("invalid");
  const Pipe pipe;
  const ScopedFd duplicate = Duplicate(pipe.reader.get());
  const int fd = pipe.reader.get();
  Register(fd, Interest::kReadable, 1);
  ScopedFd(fd).reset();
  EXPECT_THAT(WaitReady(), ElementsAre(EventOf(fd, Readiness::kInvalid)));
  ASSERT_EQ(Reopen(fd, duplicate), fd);
  Register(fd, Interest::kReadable, 2);
  WriteText(pipe.writer.get(), "x");
  EXPECT_THAT(WaitReady(), ElementsAre(Field(&Event::data, 2u)));
}

}  // namespace
}  // namespace someos
