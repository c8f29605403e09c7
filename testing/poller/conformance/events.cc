// Promise 3: one normalised mask, the same on every backend.

#include <cerrno>

#include "absl/types/span.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/event.h"
#include "someos/api/interest.h"
#include "someos/testing/pipe.h"
#include "someos/testing/poller/conformance/fixture.h"
#include "someos/testing/poller/waiting_thread.h"
#include "someos/testing/scoped_fd.h"
#include "someos/testing/signal_source.h"
#include "someos/testing/socket_pair.h"
#include "someos/testing/status_matchers.h"
#include "someos/testing/stream_io.h"
#include "someos/testing/tcp.h"

namespace someos {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

constexpr Readiness kReadableAndWritable = Readiness::kReadable | Readiness::kWritable;

TEST_P(EventsTest, NothingIsReported) { ExpectQuiet(); }

TEST_P(EventsTest, PipeIsReadableFromWriteToRead) {
  const Pipe pipe;
  Register(pipe.reader.get(), Interest::kReadable);
  EXPECT_THAT(WaitNow(), IsEmpty());
  WriteText(pipe.writer.get(), "some");
  EXPECT_THAT(WaitReady(), ElementsAre(EventOf(pipe.reader.get(), Readiness::kReadable)));
  EXPECT_EQ(ReadAvailable(pipe.reader.get()), "some");
  ExpectQuiet();
}

TEST_P(EventsTest, PipeIsWritableUntilFull) {
  const Pipe pipe;
  Register(pipe.writer.get(), Interest::kWritable);
  EXPECT_THAT(WaitReady(), ElementsAre(EventOf(pipe.writer.get(), Readiness::kWritable)));
  Fill(pipe.writer.get());
  ExpectQuiet();
  ReadAvailable(pipe.reader.get());
  EXPECT_THAT(WaitReady(), ElementsAre(EventOf(pipe.writer.get(), Readiness::kWritable)));
}

TEST_P(EventsTest, PipeWithoutWriterIsAtItsEnd) {
  Pipe pipe;
  Register(pipe.reader.get(), Interest::kReadable);
  pipe.writer.reset();
  EXPECT_THAT(WaitReady(),
              ElementsAre(EventOf(pipe.reader.get(), Readiness::kReadable | Readiness::kHangup)));
  EXPECT_EQ(ReadAvailable(pipe.reader.get()), "");
}

TEST_P(EventsTest, PipeWithoutWriterStillHasItsData) {
  Pipe pipe;
  Register(pipe.reader.get(), Interest::kReadable);
  WriteText(pipe.writer.get(), "last words");
  pipe.writer.reset();
  EXPECT_THAT(WaitReady(),
              ElementsAre(EventOf(pipe.reader.get(), Readiness::kReadable | Readiness::kHangup)));
  EXPECT_EQ(ReadAvailable(pipe.reader.get()), "last words");
  EXPECT_THAT(WaitReady(),
              ElementsAre(EventOf(pipe.reader.get(), Readiness::kReadable | Readiness::kHangup)));
}

TEST_P(EventsTest, PipeWithoutReaderIsBroken) {
  Pipe pipe;
  Register(pipe.writer.get(), Interest::kWritable);
  pipe.reader.reset();
  // Some kernels tell it as a hangup, too.
  EXPECT_THAT(WaitReady(),
              ElementsAre(EventOf(pipe.writer.get(), Readiness::kWritable | Readiness::kError,
                                  Readiness::kHangup)));
}

TEST_P(EventsTest, PipeWithoutReaderWasBrokenBeforeRegister) {
  Pipe pipe;
  pipe.reader.reset();
  Register(pipe.writer.get(), Interest::kWritable);
  EXPECT_THAT(WaitReady(),
              ElementsAre(EventOf(pipe.writer.get(), Readiness::kWritable | Readiness::kError,
                                  Readiness::kHangup)));
}

// write() fails with EPIPE now instead of EAGAIN: it does not block.
TEST_P(EventsTest, FullPipeWithoutReaderIsWritable) {
  Pipe pipe;
  Fill(pipe.writer.get());
  Register(pipe.writer.get(), Interest::kWritable);
  EXPECT_THAT(WaitNow(), IsEmpty());
  pipe.reader.reset();
  EXPECT_THAT(WaitReady(),
              ElementsAre(EventOf(pipe.writer.get(), Readiness::kWritable | Readiness::kError,
                                  Readiness::kHangup)));
}

TEST_P(EventsTest, FullPipeLosesItsReaderDuringAWait) {
  Pipe pipe;
  Fill(pipe.writer.get());
  Register(pipe.writer.get(), Interest::kWritable);
  WaitingThread waiter(poller());
  waiter.AwaitInside();
  pipe.reader.reset();
  const auto events = waiter.Join();
  ASSERT_THAT(events, Succeeds());
  EXPECT_THAT(*events,
              ElementsAre(EventOf(pipe.writer.get(), Readiness::kWritable | Readiness::kError,
                                  Readiness::kHangup)));
}

TEST_P(EventsTest, SignalSource) {
  if (OverLibkqueue()) GTEST_SKIP() << "libkqueue: takes no eventfds";
  SignalSource source;
  Register(source.fd(), Interest::kReadable);
  EXPECT_THAT(WaitNow(), IsEmpty());
  source.Raise();
  source.Raise();
  EXPECT_THAT(WaitReady(), ElementsAre(EventOf(source.fd(), Readiness::kReadable)));
  source.Clear();
  EXPECT_THAT(WaitNow(), IsEmpty());
}

TEST_P(EventsTest, BothDirectionsAreOneEvent) {
  const SocketPair pair;
  Register(pair.near.get(), kReadAndWrite);
  EXPECT_THAT(WaitReady(), ElementsAre(EventOf(pair.near.get(), Readiness::kWritable)));
  WriteText(pair.far.get(), "x");
  EXPECT_THAT(WaitReady(), ElementsAre(EventOf(pair.near.get(), kReadableAndWritable)));
  Fill(pair.near.get());
  EXPECT_THAT(WaitReady(), ElementsAre(EventOf(pair.near.get(), Readiness::kReadable)));
  ReadAvailable(pair.near.get());
  EXPECT_THAT(WaitNow(), IsEmpty());
}

TEST_P(EventsTest, OnlyWhatWasAsked) {
  const SocketPair pair;
  WriteText(pair.far.get(), "x");  // `near` is readable and writable
  const int fd = pair.near.get();
  Register(fd, Interest::kReadable);
  EXPECT_THAT(WaitReady(), ElementsAre(EventOf(fd, Readiness::kReadable)));
  Modify(fd, Interest::kWritable);
  EXPECT_THAT(WaitReady(), ElementsAre(EventOf(fd, Readiness::kWritable)));
  Modify(fd, kReadAndWrite);
  EXPECT_THAT(WaitReady(), ElementsAre(EventOf(fd, kReadableAndWritable)));
  Modify(fd, Interest::kNone);
  EXPECT_THAT(WaitNow(), IsEmpty());
  Modify(fd, Interest::kReadable);
  EXPECT_THAT(WaitReady(), ElementsAre(EventOf(fd, Readiness::kReadable)));
}

TEST_P(EventsTest, EachDescriptorUnderItsOwnNumber) {
  const Pipe first;
  const Pipe second;
  const Pipe third;
  for (const Pipe* pipe : {&first, &second, &third}) {
    Register(pipe->reader.get(), Interest::kReadable);
  }
  WriteText(third.writer.get(), "x");
  EXPECT_THAT(WaitReady(), ElementsAre(EventOf(third.reader.get(), Readiness::kReadable)));
  WriteText(first.writer.get(), "x");
  EXPECT_THAT(WaitReady(), UnorderedElementsAre(EventOf(first.reader.get(), Readiness::kReadable),
                                                EventOf(third.reader.get(), Readiness::kReadable)));
}

TEST_P(EventsTest, TwoNumbersOfOneFile) {
  const Pipe pipe;
  const ScopedFd other = Duplicate(pipe.reader.get());
  Register(pipe.reader.get(), Interest::kReadable);
  Register(other.get(), Interest::kReadable);
  WriteText(pipe.writer.get(), "x");
  EXPECT_THAT(WaitReady(), UnorderedElementsAre(EventOf(pipe.reader.get(), Readiness::kReadable),
                                                EventOf(other.get(), Readiness::kReadable)));
}

TEST_P(EventsTest, TwoPollersOfOneDescriptor) {
  const Pipe pipe;
  const auto other = NewPoller();
  Register(pipe.reader.get(), Interest::kReadable);
  ASSERT_THAT(other->Register(pipe.reader.get(), Interest::kReadable), Succeeds());
  WriteText(pipe.writer.get(), "x");
  EXPECT_THAT(WaitReady(), ElementsAre(EventOf(pipe.reader.get(), Readiness::kReadable)));
  Event event;
  EXPECT_THAT(other->Wait(absl::MakeSpan(&event, 1), kPatience), Succeeds());
  EXPECT_THAT(event, EventOf(pipe.reader.get(), Readiness::kReadable));
}

TEST_P(EventsTest, UnregisteredDescriptorIsSilent) {
  const Pipe pipe;
  WriteText(pipe.writer.get(), "x");
  Register(pipe.reader.get(), Interest::kReadable);
  EXPECT_THAT(WaitReady(), ElementsAre(EventOf(pipe.reader.get(), Readiness::kReadable)));
  Unregister(pipe.reader.get());
  ExpectQuiet();
  Register(pipe.reader.get(), Interest::kReadable);
  EXPECT_THAT(WaitReady(), ElementsAre(EventOf(pipe.reader.get(), Readiness::kReadable)));
}

TEST_P(EventsTest, HalfCloseIsReadable) {
  const SocketPair pair;
  Register(pair.near.get(), Interest::kReadable);
  ShutDownWriting(pair.far.get());
  EXPECT_THAT(WaitReady(), ElementsAre(EventOf(pair.near.get(), Readiness::kReadable)));
  EXPECT_EQ(ReadAvailable(pair.near.get()), "");
}

TEST_P(EventsTest, HalfCloseIsReadHangupIfAsked) {
  const SocketPair pair;
  Register(pair.near.get(), Interest::kReadable | Interest::kReadHangup);
  EXPECT_THAT(WaitNow(), IsEmpty());
  ShutDownWriting(pair.far.get());
  EXPECT_THAT(WaitReady(),
              ElementsAre(EventOf(pair.near.get(), Readiness::kReadable | Readiness::kReadHangup)));
}

TEST_P(EventsTest, HalfCloseIsAllThatWasAsked) {
  if (!capabilities().read_hangup) GTEST_SKIP() << Lacks("read_hangup");
  const SocketPair pair;
  Register(pair.near.get(), Interest::kReadHangup);
  WriteText(pair.far.get(), "x");
  ExpectQuiet();
  ShutDownWriting(pair.far.get());
  EXPECT_THAT(WaitReady(), ElementsAre(EventOf(pair.near.get(), Readiness::kReadHangup)));
}

TEST_P(EventsTest, HalfCloseLeavesTheOtherDirection) {
  const SocketPair pair;
  Register(pair.near.get(), kReadAndWrite | Interest::kReadHangup);
  ShutDownWriting(pair.far.get());
  EXPECT_THAT(WaitReady(),
              ElementsAre(EventOf(pair.near.get(), kReadableAndWritable | Readiness::kReadHangup)));
  Fill(pair.near.get());
  EXPECT_THAT(WaitReady(),
              ElementsAre(EventOf(pair.near.get(), Readiness::kReadable | Readiness::kReadHangup)));
}

TEST_P(EventsTest, TcpHalfClose) {
  const TcpPair pair;
  Register(pair.near.get(), kReadAndWrite | Interest::kReadHangup);
  ShutDownWriting(pair.far.get());
  EXPECT_THAT(WaitUntil(pair.near.get(), kReadableAndWritable | Readiness::kReadHangup),
              EventOf(pair.near.get(), kReadableAndWritable | Readiness::kReadHangup));
}

TEST_P(EventsTest, TcpHalfCloseUnasked) {
  const TcpPair pair;
  Register(pair.near.get(), kReadAndWrite);
  ShutDownWriting(pair.far.get());
  EXPECT_THAT(WaitUntil(pair.near.get(), kReadableAndWritable),
              EventOf(pair.near.get(), kReadableAndWritable));
}

TEST_P(EventsTest, FullCloseIsHangup) {
  SocketPair pair;
  Register(pair.near.get(), kReadAndWrite | Interest::kReadHangup);
  pair.far.reset();
  EXPECT_THAT(WaitReady(), ElementsAre(EventOf(
                               pair.near.get(),
                               kReadableAndWritable | Readiness::kHangup | Readiness::kReadHangup,
                               Readiness::kError)));
}

TEST_P(EventsTest, FullCloseSeenByAReader) {
  SocketPair pair;
  Register(pair.near.get(), Interest::kReadable);
  pair.far.reset();
  EXPECT_THAT(WaitReady(),
              ElementsAre(EventOf(pair.near.get(), Readiness::kReadable | Readiness::kHangup,
                                  Readiness::kError)));
}

TEST_P(EventsTest, FullCloseSeenByAWriter) {
  SocketPair pair;
  Fill(pair.near.get());
  Register(pair.near.get(), Interest::kWritable);
  EXPECT_THAT(WaitNow(), IsEmpty());
  pair.far.reset();
  EXPECT_THAT(WaitReady(),
              ElementsAre(EventOf(pair.near.get(), Readiness::kWritable | Readiness::kHangup,
                                  Readiness::kError)));
}

TEST_P(EventsTest, DataSentBeforeTheCloseIsReadable) {
  SocketPair pair;
  Register(pair.near.get(), Interest::kReadable);
  WriteText(pair.far.get(), "last words");
  pair.far.reset();
  EXPECT_THAT(WaitReady(),
              ElementsAre(EventOf(pair.near.get(), Readiness::kReadable | Readiness::kHangup,
                                  Readiness::kError)));
  EXPECT_EQ(ReadAvailable(pair.near.get()), "last words");
}

TEST_P(EventsTest, TcpDataSentBeforeTheCloseIsReadable) {
  TcpPair pair;
  Register(pair.near.get(), Interest::kReadable);
  WriteText(pair.far.get(), "last words");
  pair.far.reset();
  // Only the peer's direction is closed: TCP tells nobody that the peer reads no more.
  EXPECT_THAT(WaitUntil(pair.near.get(), Readiness::kReadable),
              EventOf(pair.near.get(), Readiness::kReadable));
  EXPECT_EQ(ReadAvailable(pair.near.get()), "last words");
}

TEST_P(EventsTest, BothSidesShutDownIsHangup) {
  const TcpPair pair;
  Register(pair.near.get(), kReadAndWrite);
  ShutDownWriting(pair.far.get());
  AwaitArrival(pair.near.get());
  ShutDownWriting(pair.near.get());
  EXPECT_THAT(
      WaitUntil(pair.near.get(), kReadableAndWritable | Readiness::kHangup),
      EventOf(pair.near.get(), kReadableAndWritable | Readiness::kHangup, Readiness::kError));
}

TEST_P(EventsTest, ResetIsReadableAndAnError) {
  TcpPair pair;
  Register(pair.near.get(), kReadAndWrite);
  CloseWithReset(pair.far);
  EXPECT_THAT(
      WaitUntil(pair.near.get(), kReadableAndWritable | Readiness::kError),
      EventOf(pair.near.get(), kReadableAndWritable | Readiness::kError, Readiness::kHangup));
}

TEST_P(EventsTest, ResetSeenByAReader) {
  TcpPair pair;
  Register(pair.near.get(), Interest::kReadable);
  CloseWithReset(pair.far);
  EXPECT_THAT(
      WaitUntil(pair.near.get(), Readiness::kReadable | Readiness::kError),
      EventOf(pair.near.get(), Readiness::kReadable | Readiness::kError, Readiness::kHangup));
}

TEST_P(EventsTest, ResetSeenByAWriter) {
  TcpPair pair;
  FillConnection(pair.near.get());
  Register(pair.near.get(), Interest::kWritable);
  EXPECT_THAT(WaitNow(), IsEmpty());
  CloseWithReset(pair.far);
  EXPECT_THAT(
      WaitUntil(pair.near.get(), Readiness::kWritable | Readiness::kError),
      EventOf(pair.near.get(), Readiness::kWritable | Readiness::kError, Readiness::kHangup));
}

TEST_P(EventsTest, ConnectSucceeded) {
  TcpServer server;
  server.Listen();
  int error = 0;
  const ScopedFd client = server.BeginConnect(&error);
  ASSERT_TRUE(error == 0 || error == EINPROGRESS) << error;
  Register(client.get(), Interest::kWritable);
  EXPECT_THAT(WaitUntil(client.get(), Readiness::kWritable),
              EventOf(client.get(), Readiness::kWritable));
}

TEST_P(EventsTest, ConnectRefused) {
  const ScopedFd client = BeginRefusedConnect();
  if (client.get() < 0) GTEST_SKIP() << "this system's connect() is refused at once";
  Register(client.get(), Interest::kWritable);
  EXPECT_THAT(WaitUntil(client.get(), Readiness::kWritable | Readiness::kError),
              EventOf(client.get(), Readiness::kWritable | Readiness::kError, Readiness::kHangup));
}

TEST_P(EventsTest, ListeningSocketIsReadableWhenAClientComes) {
  TcpServer server;
  server.Listen();
  Register(server.fd(), Interest::kReadable);
  EXPECT_THAT(WaitNow(), IsEmpty());
  int error = 0;
  const ScopedFd client = server.BeginConnect(&error);
  EXPECT_THAT(WaitUntil(server.fd(), Readiness::kReadable),
              EventOf(server.fd(), Readiness::kReadable));
  const ScopedFd accepted = server.Accept();
  EXPECT_THAT(WaitNow(), IsEmpty());
}

TEST_P(EventsTest, UrgentByteIsPriority) {
  if (!capabilities().priority) GTEST_SKIP() << Lacks("priority");
  const TcpPair pair;
  Register(pair.near.get(), Interest::kPriority);
  EXPECT_THAT(WaitNow(), IsEmpty());
  SendUrgent(pair.far.get(), '!');
  EXPECT_THAT(WaitUntil(pair.near.get(), Readiness::kPriority),
              EventOf(pair.near.get(), Readiness::kPriority));
  EXPECT_EQ(ReceiveUrgent(pair.near.get()), '!');
  // The BSDs are at the mark until what comes behind it is read.
  WriteText(pair.far.get(), "x");
  AwaitArrival(pair.near.get());
  EXPECT_EQ(ReadAvailable(pair.near.get()), "x");
  EXPECT_THAT(WaitNow(), IsEmpty());
}

TEST_P(EventsTest, UrgentByteIsNotPriorityUnasked) {
  const TcpPair pair;
  Register(pair.near.get(), Interest::kReadable);
  SendUrgent(pair.far.get(), '!');
  // Ordinary data after it, to know when both have arrived.
  WriteText(pair.far.get(), "x");
  EXPECT_THAT(WaitUntil(pair.near.get(), Readiness::kReadable),
              EventOf(pair.near.get(), Readiness::kReadable));
}

TEST_P(EventsTest, WithoutInterestNoDataIsReported) {
  const SocketPair pair;
  Register(pair.near.get(), Interest::kNone);
  WriteText(pair.far.get(), "x");
  ExpectQuiet();
}

TEST_P(EventsTest, WithoutInterestNoHangupIsReported) {
  Pipe pipe;
  SocketPair pair;
  TcpPair tcp;
  Register(pipe.reader.get(), Interest::kNone);
  Register(pair.near.get(), Interest::kNone);
  Register(tcp.near.get(), Interest::kNone);
  pipe.writer.reset();
  pair.far.reset();
  CloseWithReset(tcp.far);
  AwaitArrival(tcp.near.get());
  ExpectQuiet();
}

TEST_P(EventsTest, WithoutInterestNoBrokenPipeIsReported) {
  Pipe pipe;
  Register(pipe.writer.get(), Interest::kNone);
  pipe.reader.reset();
  ExpectQuiet();
}

// Back-pressure: pause, resume.
TEST_P(EventsTest, PausedDescriptorKeepsWhatHappened) {
  SocketPair pair;
  Register(pair.near.get(), Interest::kReadable);
  Modify(pair.near.get(), Interest::kNone);
  WriteText(pair.far.get(), "x");
  pair.far.reset();
  ExpectQuiet();
  Modify(pair.near.get(), Interest::kReadable);
  EXPECT_THAT(WaitReady(),
              ElementsAre(EventOf(pair.near.get(), Readiness::kReadable | Readiness::kHangup,
                                  Readiness::kError)));
}

TEST_P(EventsTest, PausedDescriptorDoesNotHideOthers) {
  Pipe silenced;
  const Pipe pipe;
  Register(silenced.reader.get(), Interest::kNone);
  Register(pipe.reader.get(), Interest::kReadable);
  silenced.writer.reset();
  WriteText(pipe.writer.get(), "x");
  EXPECT_THAT(WaitReady(), ElementsAre(EventOf(pipe.reader.get(), Readiness::kReadable)));
}

TEST_P(EventsTest, PausedDescriptorTakesNoRoom) {
  Pipe silenced;
  const Pipe pipe;
  silenced.writer.reset();
  Register(silenced.reader.get(), Interest::kNone);
  Register(pipe.writer.get(), Interest::kWritable);
  EXPECT_THAT(WaitNow(1), ElementsAre(EventOf(pipe.writer.get(), Readiness::kWritable)));
}

TEST_P(EventsTest, DescriptorsOutliveThePoller) {
  const SocketPair pair;
  Register(pair.near.get(), kReadAndWrite);
  EXPECT_THAT(WaitReady(), ElementsAre(EventOf(pair.near.get(), Readiness::kWritable)));
  DestroyPoller();
  WriteText(pair.far.get(), "still here");
  EXPECT_EQ(ReadAvailable(pair.near.get()), "still here");
}

}  // namespace
}  // namespace someos
