// Promise 5: level and one-shot triggers everywhere, edge triggers where the mechanism has them.

#include <cerrno>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/event.h"
#include "someos/api/interest.h"
#include "someos/testing/pipe.h"
#include "someos/testing/poller/conformance/fixture.h"
#include "someos/testing/socket_pair.h"
#include "someos/testing/status_matchers.h"
#include "someos/testing/stream_io.h"

namespace someos {
namespace {

using testing::ElementsAre;
using testing::Field;
using testing::IsEmpty;

constexpr Readiness kReadableAndWritable = Readiness::kReadable | Readiness::kWritable;

TEST_P(TriggersTest, LevelRepeats) {
  const Pipe pipe;
  Register(pipe.reader.get(), Interest::kReadable);
  WriteText(pipe.writer.get(), "x");
  for (int i = 0; i < 5; ++i) {
    EXPECT_THAT(WaitReady(), ElementsAre(EventOf(pipe.reader.get(), Readiness::kReadable)));
  }
}

TEST_P(TriggersTest, OneShotReportsOnce) {
  const Pipe pipe;
  Register(pipe.reader.get(), Interest::kReadable, 7, Trigger::kOneShot);
  EXPECT_THAT(WaitNow(), IsEmpty());
  WriteText(pipe.writer.get(), "x");
  EXPECT_THAT(WaitReady(), ElementsAre(EventOf(pipe.reader.get(), Readiness::kReadable)));
  ExpectQuiet();
  WriteText(pipe.writer.get(), "more");
  ExpectQuiet();
}

TEST_P(TriggersTest, OneShotIsNotSpentOnWhatIsGone) {
  const Pipe pipe;
  WriteText(pipe.writer.get(), "x");
  Register(pipe.reader.get(), Interest::kReadable, 7, Trigger::kOneShot);
  ReadAvailable(pipe.reader.get());
  EXPECT_THAT(WaitNow(), IsEmpty());
  WriteText(pipe.writer.get(), "more");
  EXPECT_THAT(WaitReady(), ElementsAre(EventOf(pipe.reader.get(), Readiness::kReadable)));
  ExpectQuiet();
}

TEST_P(TriggersTest, OneShotIsArmedAgainByModify) {
  const Pipe pipe;
  WriteText(pipe.writer.get(), "x");
  Register(pipe.reader.get(), Interest::kReadable, 7, Trigger::kOneShot);
  EXPECT_THAT(WaitReady(), ElementsAre(Field(&Event::data, 7u)));
  EXPECT_THAT(WaitNow(), IsEmpty());
  Modify(pipe.reader.get(), Interest::kReadable, 8, Trigger::kOneShot);
  EXPECT_THAT(WaitReady(), ElementsAre(Field(&Event::data, 8u)));
  ExpectQuiet();
}

TEST_P(TriggersTest, OneShotReportsBothDirectionsOnce) {
  const SocketPair pair;
  WriteText(pair.far.get(), "x");
  Register(pair.near.get(), kReadAndWrite, 0, Trigger::kOneShot);
  EXPECT_THAT(WaitReady(), ElementsAre(EventOf(pair.near.get(), kReadableAndWritable)));
  ExpectQuiet();
}

// With room for one event a mechanism that reports the directions apart gives one of them first.
TEST_P(TriggersTest, OneShotReportsBothDirectionsOnceInALittleRoom) {
  const SocketPair pair;
  WriteText(pair.far.get(), "x");
  Register(pair.near.get(), kReadAndWrite, 0, Trigger::kOneShot);
  EXPECT_THAT(WaitReady(1),
              ElementsAre(EventOf(pair.near.get(), Readiness::kNone, kReadableAndWritable)));
  EXPECT_THAT(WaitNow(1), IsEmpty());
  ExpectQuiet();
}

TEST_P(TriggersTest, OneShotOfOneDirectionDoesNotReportTheOtherLater) {
  const SocketPair pair;
  Register(pair.near.get(), kReadAndWrite, 0, Trigger::kOneShot);
  EXPECT_THAT(WaitReady(), ElementsAre(EventOf(pair.near.get(), Readiness::kWritable)));
  WriteText(pair.far.get(), "x");
  ExpectQuiet();
}

TEST_P(TriggersTest, FiredOneShotReportsNoHangup) {
  SocketPair pair;
  WriteText(pair.far.get(), "x");
  Register(pair.near.get(), Interest::kReadable, 0, Trigger::kOneShot);
  EXPECT_THAT(WaitReady(), ElementsAre(EventOf(pair.near.get(), Readiness::kReadable)));
  pair.far.reset();
  ExpectQuiet();
  Modify(pair.near.get(), Interest::kReadable, 0, Trigger::kOneShot);
  EXPECT_THAT(WaitReady(),
              ElementsAre(EventOf(pair.near.get(), Readiness::kReadable | Readiness::kHangup,
                                  Readiness::kError)));
  ExpectQuiet();
}

TEST_P(TriggersTest, FiredOneShotIsStillRegistered) {
  const Pipe pipe;
  WriteText(pipe.writer.get(), "x");
  Register(pipe.reader.get(), Interest::kReadable, 0, Trigger::kOneShot);
  EXPECT_THAT(WaitReady(), ElementsAre(EventOf(pipe.reader.get(), Readiness::kReadable)));
  EXPECT_THAT(poller().Register(pipe.reader.get(), Interest::kReadable),
              FailsWithErrno(EEXIST, "register fd"));
  EXPECT_THAT(WaitNow(), IsEmpty());
  Unregister(pipe.reader.get());
  EXPECT_THAT(poller().Unregister(pipe.reader.get()), FailsWithErrno(ENOENT, "unregister fd"));
  Register(pipe.reader.get(), Interest::kReadable);
  EXPECT_THAT(WaitReady(), ElementsAre(EventOf(pipe.reader.get(), Readiness::kReadable)));
}

TEST_P(TriggersTest, ModifyReplacesTheTrigger) {
  const Pipe pipe;
  WriteText(pipe.writer.get(), "x");
  const int fd = pipe.reader.get();
  Register(fd, Interest::kReadable, 0, Trigger::kOneShot);
  EXPECT_THAT(WaitReady(), ElementsAre(EventOf(fd, Readiness::kReadable)));
  Modify(fd, Interest::kReadable, 0, Trigger::kLevel);
  EXPECT_THAT(WaitReady(), ElementsAre(EventOf(fd, Readiness::kReadable)));
  EXPECT_THAT(WaitReady(), ElementsAre(EventOf(fd, Readiness::kReadable)));
  Modify(fd, Interest::kReadable, 0, Trigger::kOneShot);
  EXPECT_THAT(WaitReady(), ElementsAre(EventOf(fd, Readiness::kReadable)));
  ExpectQuiet();
}

TEST_P(TriggersTest, OneShotNotYetReportedTakesANewInterest) {
  const SocketPair pair;
  Register(pair.near.get(), Interest::kReadable, 0, Trigger::kOneShot);
  EXPECT_THAT(WaitNow(), IsEmpty());
  Modify(pair.near.get(), Interest::kWritable, 0, Trigger::kOneShot);
  EXPECT_THAT(WaitReady(), ElementsAre(EventOf(pair.near.get(), Readiness::kWritable)));
  ExpectQuiet();
}

TEST_P(TriggersTest, OneShotIsNotSpentOnWhatWasNotAsked) {
  if (!capabilities().read_hangup) GTEST_SKIP() << Lacks("read_hangup");
  SocketPair pair;
  Register(pair.near.get(), Interest::kReadHangup, 0, Trigger::kOneShot);
  WriteText(pair.far.get(), "x");
  ExpectQuiet();
  EXPECT_THAT(poller().Register(pair.near.get(), Interest::kReadable),
              FailsWithErrno(EEXIST, "register fd"));
  pair.far.reset();
  EXPECT_THAT(WaitReady(),
              ElementsAre(EventOf(pair.near.get(), Readiness::kReadHangup | Readiness::kHangup,
                                  Readiness::kError)));
  ExpectQuiet();
}

TEST_P(TriggersTest, OneShotWithoutInterestReportsNothing) {
  const Pipe pipe;
  WriteText(pipe.writer.get(), "x");
  Register(pipe.reader.get(), Interest::kNone, 0, Trigger::kOneShot);
  ExpectQuiet();
  Modify(pipe.reader.get(), Interest::kReadable, 0, Trigger::kOneShot);
  EXPECT_THAT(WaitReady(), ElementsAre(EventOf(pipe.reader.get(), Readiness::kReadable)));
}

TEST_P(TriggersTest, EdgeReportsWhatIsThereAtRegister) {
  if (!capabilities().edge) GTEST_SKIP() << Lacks("edge");
  const Pipe pipe;
  WriteText(pipe.writer.get(), "x");
  Register(pipe.reader.get(), Interest::kReadable, 0, Trigger::kEdge);
  EXPECT_THAT(WaitReady(), ElementsAre(EventOf(pipe.reader.get(), Readiness::kReadable)));
  ExpectQuiet();
}

TEST_P(TriggersTest, EdgeReportsEachArrivalOnce) {
  if (!capabilities().edge) GTEST_SKIP() << Lacks("edge");
  const Pipe pipe;
  Register(pipe.reader.get(), Interest::kReadable, 0, Trigger::kEdge);
  EXPECT_THAT(WaitNow(), IsEmpty());
  for (int i = 0; i < 3; ++i) {
    WriteText(pipe.writer.get(), "x");
    EXPECT_THAT(WaitReady(), ElementsAre(EventOf(pipe.reader.get(), Readiness::kReadable)));
    ExpectQuiet();
    ReadAvailable(pipe.reader.get());
  }
}

TEST_P(TriggersTest, EdgeReportsBothDirectionsOnce) {
  if (!capabilities().edge) GTEST_SKIP() << Lacks("edge");
  const SocketPair pair;
  WriteText(pair.far.get(), "x");
  Register(pair.near.get(), kReadAndWrite, 0, Trigger::kEdge);
  EXPECT_THAT(WaitReady(), ElementsAre(EventOf(pair.near.get(), kReadableAndWritable)));
  ExpectQuiet();
}

TEST_P(TriggersTest, EdgeReportsRoomThatCameBack) {
  if (!capabilities().edge) GTEST_SKIP() << Lacks("edge");
  const Pipe pipe;
  Register(pipe.writer.get(), Interest::kWritable, 0, Trigger::kEdge);
  EXPECT_THAT(WaitReady(), ElementsAre(EventOf(pipe.writer.get(), Readiness::kWritable)));
  Fill(pipe.writer.get());
  EXPECT_THAT(WaitNow(), IsEmpty());
  ReadAvailable(pipe.reader.get());
  EXPECT_THAT(WaitReady(), ElementsAre(EventOf(pipe.writer.get(), Readiness::kWritable)));
}

TEST_P(TriggersTest, EdgeOfABrokenPipeIsStillRegistered) {
  if (!capabilities().edge) GTEST_SKIP() << Lacks("edge");
  Pipe pipe;
  const int fd = pipe.writer.get();
  Register(fd, Interest::kWritable, 0, Trigger::kEdge);
  EXPECT_THAT(WaitReady(), ElementsAre(EventOf(fd, Readiness::kWritable)));
  pipe.reader.reset();
  EXPECT_THAT(WaitReady(), ElementsAre(EventOf(fd, Readiness::kWritable | Readiness::kError,
                                               Readiness::kHangup)));
  EXPECT_THAT(poller().Register(fd, Interest::kWritable), FailsWithErrno(EEXIST, "register fd"));
  EXPECT_THAT(poller().Modify(fd, Interest::kWritable, 0, Trigger::kEdge), Succeeds());
  Unregister(fd);
}

TEST_P(TriggersTest, EdgeReportsTheHangup) {
  if (!capabilities().edge) GTEST_SKIP() << Lacks("edge");
  Pipe pipe;
  Register(pipe.reader.get(), Interest::kReadable, 0, Trigger::kEdge);
  WriteText(pipe.writer.get(), "x");
  EXPECT_THAT(WaitReady(), ElementsAre(EventOf(pipe.reader.get(), Readiness::kReadable)));
  pipe.writer.reset();
  EXPECT_THAT(WaitReady(),
              ElementsAre(EventOf(pipe.reader.get(), Readiness::kReadable | Readiness::kHangup)));
  ExpectQuiet();
}

}  // namespace
}  // namespace someos
