// Promise 3, continued: what hang-ups and errors say about reading and writing, and waiting for
// them alone.

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/diagnostics.h"
#include "someos/api/event.h"
#include "someos/api/interest.h"
#include "someos/testing/pipe.h"
#include "someos/testing/poller/conformance/fixture.h"
#include "someos/testing/pseudo_terminal.h"
#include "someos/testing/queued_error.h"
#include "someos/testing/scoped_fd.h"
#include "someos/testing/socket_pair.h"
#include "someos/testing/status_matchers.h"
#include "someos/testing/stream_io.h"
#include "someos/testing/system_call.h"
#include "someos/testing/temporary_file.h"

namespace someos {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// Writes to the controller until the terminal's buffers are full: the kernel moves data between
// them in a thread of its own.
void FillTerminal(int controller) {
  pollfd room = {controller, POLLOUT, 0};
  do {
    Fill(controller);
  } while (MustSucceed(poll(&room, 1, 50), "poll") > 0);
}

TEST_P(EventsTest, AHangupOfAFullTerminalIsNotWritable) {
  if (OverLibkqueue()) GTEST_SKIP() << "libkqueue: every hang-up is writable";
  PseudoTerminal terminal;
  if (!terminal.valid()) GTEST_SKIP() << "this machine gives out no pseudo-terminals";
  const int fd = terminal.controller.get();
  FillTerminal(fd);
  Register(fd, kReadAndWrite);
  EXPECT_THAT(WaitNow(), IsEmpty());
  terminal.terminal.reset();
  const auto events = WaitReady();
  ASSERT_THAT(events, ElementsAre(EventOf(fd, Readiness::kReadable | Readiness::kHangup,
                                          Readiness::kWritable | Readiness::kError)));
  // Not on all systems there is still no room.
  const bool would_block = write(fd, "x", 1) < 0 && errno == EAGAIN;
  EXPECT_TRUE(!events[0].writable() || !would_block);
}

TEST_P(EventsTest, ARefusedDatagramIsReadable) {
  const QueuedError socket(/*queue=*/false);
  Register(socket.fd(), Interest::kReadable);
  EXPECT_THAT(WaitUntil(socket.fd(), Readiness::kReadable | Readiness::kError),
              EventOf(socket.fd(), Readiness::kReadable | Readiness::kError, Readiness::kHangup));
  EXPECT_EQ(poller().TakeError(socket.fd()).value_or(-1), ECONNREFUSED);
  ExpectQuiet();
}

TEST_P(EventsTest, AnErrorQueueIsAnErrorAlone) {
  if (OverLibkqueue()) GTEST_SKIP() << "libkqueue: takes the error of a socket";
  const QueuedError socket(/*queue=*/true);
  if (!socket.valid()) GTEST_SKIP() << "this system's sockets have no error queues";
  const int fd = socket.fd();
  // A deviation of select, which does not tell them from other errors.
  const bool told_apart = capabilities().hangup;
  const Readiness more = told_apart ? Readiness::kNone : Readiness::kReadable;
  Register(fd, Interest::kReadable);
  EXPECT_THAT(WaitUntil(fd, Readiness::kError), EventOf(fd, Readiness::kError | more));
  Modify(fd, Interest::kWritable);
  EXPECT_THAT(WaitReady(), ElementsAre(EventOf(fd, Readiness::kWritable | Readiness::kError)));
  // The error itself, once; then the queue is left.
  EXPECT_EQ(poller().TakeError(fd).value_or(-1), ECONNREFUSED);
  for (int i = 0; i < 2; ++i) {
    Modify(fd, kReadAndWrite);
    EXPECT_THAT(WaitReady(),
                ElementsAre(EventOf(fd, Readiness::kWritable | Readiness::kError | more)));
    EXPECT_EQ(poller().TakeError(fd).value_or(-1), 0);
  }
  EXPECT_EQ(socket.ReadQueue(), 1);
  Modify(fd, Interest::kReadable);
  ExpectQuiet();
}

TEST_P(EventsTest, ErrorsAloneAreRefusedWhereTheyCannotBeWaitedFor) {
  const Pipe pipe;
  const int fd = pipe.reader.get();
  if (capabilities().errors_alone) {
    Register(fd, Interest::kErrors);
    EXPECT_THAT(poller().registrations(),
                ElementsAre(testing::Field(&Registration::interest, Interest::kErrors)));
    return;
  }
  EXPECT_EQ(poller().Register(fd, Interest::kErrors).code(), absl::StatusCode::kUnimplemented);
  Register(fd, Interest::kReadable | Interest::kErrors);
  EXPECT_EQ(poller().Modify(fd, Interest::kErrors).code(), absl::StatusCode::kUnimplemented);
  WriteText(pipe.writer.get(), "x");
  EXPECT_THAT(WaitReady(), ElementsAre(EventOf(fd, Readiness::kReadable)));
}

TEST_P(EventsTest, ErrorsChangeNothingBesideOtherInterests) {
  Pipe broken;
  Fill(broken.writer.get());
  broken.reader.reset();
  SocketPair closed;
  closed.far.reset();
  const SocketPair sound;
  WriteText(sound.far.get(), "x");
  const std::pair<int, Interest> cases[] = {
      {broken.writer.get(), Interest::kWritable}, {closed.near.get(), Interest::kReadable},
      {closed.near.get(), Interest::kWritable},   {closed.near.get(), kReadAndWrite},
      {sound.near.get(), Interest::kReadable},    {sound.near.get(), Interest::kWritable},
  };
  for (const auto& [fd, interest] : cases) {
    SCOPED_TRACE(absl::StrCat("fd ", fd, ": ", interest));
    Register(fd, interest);
    const std::vector<Event> without = WaitReady();
    ASSERT_EQ(without.size(), 1u);
    Modify(fd, interest | Interest::kErrors);
    EXPECT_THAT(WaitReady(), ElementsAre(testing::Field(&Event::readiness, without[0].readiness)));
    Unregister(fd);
  }
}

TEST_P(EventsTest, ErrorsAloneReportNothingElse) {
  if (!capabilities().errors_alone) GTEST_SKIP() << Lacks("errors_alone");
  const SocketPair pair;
  const ScopedFd file = TemporaryFile();
  WriteText(pair.far.get(), "x");
  Register(pair.near.get(), Interest::kErrors);
  Register(file.get(), Interest::kErrors);
  ExpectQuiet();
  MustSucceed(shutdown(pair.far.get(), SHUT_WR), "shutdown");
  ExpectQuiet();
  MustSucceed(shutdown(pair.near.get(), SHUT_WR), "shutdown");
  EXPECT_THAT(WaitReady(), ElementsAre(EventOf(pair.near.get(), Readiness::kHangup)));
}

TEST_P(EventsTest, ErrorsAloneAreReportedAsOftenAsTheTriggerSays) {
  if (!capabilities().errors_alone) GTEST_SKIP() << Lacks("errors_alone");
  for (const Trigger trigger : {Trigger::kLevel, Trigger::kOneShot, Trigger::kEdge}) {
    if (trigger == Trigger::kEdge && !capabilities().edge) continue;
    SCOPED_TRACE(TriggerName(trigger));
    SocketPair pair;
    const int fd = pair.near.get();
    Register(fd, Interest::kErrors, 0, trigger);
    EXPECT_THAT(WaitNow(), IsEmpty());
    pair.far.reset();
    EXPECT_THAT(WaitReady(), ElementsAre(EventOf(fd, Readiness::kHangup, Readiness::kError)));
    if (trigger == Trigger::kLevel) {
      EXPECT_THAT(WaitReady(), ElementsAre(EventOf(fd, Readiness::kHangup, Readiness::kError)));
    } else {
      ExpectQuiet();
      Modify(fd, Interest::kErrors, 0, trigger);
      EXPECT_THAT(WaitReady(), ElementsAre(EventOf(fd, Readiness::kHangup, Readiness::kError)));
    }
    Unregister(fd);
  }
}

TEST_P(EventsTest, AnErrorQueueIsReportedOnceToAOneShotForErrorsAlone) {
  if (!capabilities().errors_alone) GTEST_SKIP() << Lacks("errors_alone");
  if (OverLibkqueue()) GTEST_SKIP() << "libkqueue: takes the error of a socket";
  const QueuedError socket(/*queue=*/true);
  if (!socket.valid()) GTEST_SKIP() << "this system's sockets have no error queues";
  Register(socket.fd(), Interest::kErrors, 0, Trigger::kOneShot);
  EXPECT_THAT(WaitReady(), ElementsAre(EventOf(socket.fd(), Readiness::kError)));
  ExpectQuiet();
  EXPECT_EQ(socket.ReadQueue(), 1);
  Modify(socket.fd(), Interest::kErrors, 0, Trigger::kOneShot);
  EXPECT_EQ(poller().TakeError(socket.fd()).value_or(-1), 0);
  ExpectQuiet();
}

TEST_P(EventsTest, PseudoTerminal) {
  const PseudoTerminal terminal;
  if (!terminal.valid()) GTEST_SKIP() << "this machine gives out no pseudo-terminals";
  Register(terminal.controller.get(), Interest::kReadable);
  Register(terminal.terminal.get(), Interest::kReadable);
  EXPECT_THAT(WaitNow(), IsEmpty());
  WriteText(terminal.terminal.get(), "output");
  EXPECT_THAT(WaitUntil(terminal.controller.get(), Readiness::kReadable),
              EventOf(terminal.controller.get(), Readiness::kReadable));
  EXPECT_EQ(ReadAvailable(terminal.controller.get()), "output");
  WriteText(terminal.controller.get(), "keys\n");
  EXPECT_THAT(WaitUntil(terminal.terminal.get(), Readiness::kReadable),
              EventOf(terminal.terminal.get(), Readiness::kReadable));
}

}  // namespace
}  // namespace someos
