// Promise 9, what a rebuild keeps: every registration in the state in which it was, what the poller
// has counted, and the parent's kernel object. And what comes after it: a second rebuild, other
// children, a grandchild.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/diagnostics.h"
#include "someos/api/event.h"
#include "someos/api/interest.h"
#include "someos/api/poller.h"
#include "someos/testing/clocks.h"
#include "someos/testing/expect_in_child.h"
#include "someos/testing/pipe.h"
#include "someos/testing/poller/conformance/fixture.h"
#include "someos/testing/poller/refusals.h"
#include "someos/testing/scoped_fd.h"
#include "someos/testing/socket_pair.h"
#include "someos/testing/status_matchers.h"
#include "someos/testing/stream_io.h"
#include "someos/testing/temporary_file.h"

namespace someos {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::Field;
using testing::IsEmpty;
using testing::Not;
using testing::UnorderedElementsAre;

std::vector<std::string> Show(const std::vector<Registration>& registrations) {
  std::vector<std::string> shown;
  for (const Registration& registration : registrations) {
    shown.push_back(absl::StrCat(registration));
  }
  return shown;
}

TEST_P(ForkTest, RegistrationsAreListedAsTheyWere) {
  const SocketPair level, paused, fired;
  const ScopedFd file = TemporaryFile();
  WriteText(fired.far.get(), "x");
  Register(fired.near.get(), Interest::kReadable, UINT64_MAX, Trigger::kOneShot);
  EXPECT_THAT(WaitReady(), ElementsAre(Field(&Event::data, UINT64_MAX)));
  Register(level.near.get(), kReadAndWrite, 1);
  Register(paused.near.get(), Interest::kNone, 2);
  Register(file.get(), Interest::kWritable, 3, Trigger::kOneShot);
  const std::vector<std::string> before = Show(poller().registrations());
  ASSERT_EQ(before.size(), 4u);
  ExpectInChild([&] {
    EXPECT_EQ(Show(poller().registrations()), before);
    EXPECT_THAT(poller().RebuildAfterFork(), Succeeds());
    EXPECT_EQ(Show(poller().registrations()), before);
  });
}

TEST_P(ForkTest, OneShotsOfRegularFilesStayAsTheyWere) {
  const ScopedFd fired = TemporaryFile();
  Register(fired.get(), Interest::kReadable, 1, Trigger::kOneShot);
  EXPECT_THAT(WaitReady(), ElementsAre(Field(&Event::data, 1u)));
  const ScopedFd armed = TemporaryFile();
  Register(armed.get(), Interest::kReadable, 2, Trigger::kOneShot);
  ExpectInChild([&] {
    EXPECT_THAT(poller().RebuildAfterFork(), Succeeds());
    EXPECT_THAT(WaitReady(), ElementsAre(Field(&Event::data, 2u)));
    ExpectQuiet();
    Modify(fired.get(), Interest::kReadable, 3, Trigger::kOneShot);
    EXPECT_THAT(WaitReady(), ElementsAre(Field(&Event::data, 3u)));
    ExpectQuiet();
  });
  EXPECT_THAT(WaitReady(), ElementsAre(Field(&Event::data, 2u)));
  ExpectQuiet();
}

TEST_P(ForkTest, AOneShotThatHasNotFiredFiresOnce) {
  const SocketPair pair;
  Register(pair.near.get(), Interest::kReadable, 1, Trigger::kOneShot);
  ExpectInChild([&] {
    EXPECT_THAT(poller().RebuildAfterFork(), Succeeds());
    ExpectQuiet();
    WriteText(pair.far.get(), "x");
    EXPECT_THAT(WaitReady(), ElementsAre(Field(&Event::data, 1u)));
    ExpectQuiet();
  });
  // There it has not fired.
  EXPECT_THAT(WaitReady(), ElementsAre(Field(&Event::data, 1u)));
  ExpectQuiet();
}

// A hangup is reported with any interest but none.
TEST_P(ForkTest, PausedRegistrationsStayPaused) {
  Pipe ended, broken;
  SocketPair closed;
  const ScopedFd file = TemporaryFile();
  const int fds[] = {ended.reader.get(), broken.writer.get(), closed.near.get(), file.get()};
  Register(fds[0], Interest::kReadable);
  Register(fds[1], Interest::kWritable);
  Register(fds[2], kReadAndWrite);
  Register(fds[3], Interest::kReadable);
  for (const int fd : fds) Modify(fd, Interest::kNone);
  ended.writer.reset();
  broken.reader.reset();
  closed.far.reset();
  ExpectInChild([&] {
    EXPECT_THAT(poller().RebuildAfterFork(), Succeeds());
    ExpectQuiet();
    for (const int fd : fds) {
      const bool writes = fd == broken.writer.get();
      Modify(fd, writes ? Interest::kWritable : Interest::kReadable, 7);
      EXPECT_THAT(WaitReady(), ElementsAre(AllOf(Field(&Event::fd, fd), Field(&Event::data, 7u))));
      Modify(fd, Interest::kNone);
      ExpectQuiet();
    }
  });
  ExpectQuiet();
}

TEST_P(ForkTest, EdgesAreReportedOnceInTheChildToo) {
  if (!capabilities().edge) GTEST_SKIP() << Lacks("edge");
  const SocketPair pair;
  const ScopedFd file = TemporaryFile();
  Register(pair.near.get(), Interest::kReadable, 1, Trigger::kEdge);
  WriteText(pair.far.get(), "x");
  EXPECT_THAT(WaitReady(), ElementsAre(Field(&Event::data, 1u)));
  Register(file.get(), Interest::kReadable, 2, Trigger::kEdge);
  EXPECT_THAT(WaitReady(), ElementsAre(Field(&Event::data, 2u)));
  ExpectInChild([&] {
    EXPECT_THAT(poller().RebuildAfterFork(), Succeeds());
    // What is there is new to the child's kernel object; the file's has been told for good.
    EXPECT_THAT(WaitReady(), ElementsAre(Field(&Event::data, 1u)));
    ExpectQuiet();
  });
  ExpectQuiet();
  WriteText(pair.far.get(), "x");
  EXPECT_THAT(WaitReady(), ElementsAre(Field(&Event::data, 1u)));
}

TEST_P(ForkTest, CountersGoOnInTheChild) {
  const SocketPair pair;
  Register(pair.near.get(), Interest::kReadable);
  WriteText(pair.far.get(), "x");
  EXPECT_THAT(WaitReady(), Not(IsEmpty()));
  EXPECT_THAT(poller().Wake(), Succeeds());
  WaitReady();
  const Counters before = poller().counters();
  ExpectInChild([&] {
    EXPECT_THAT(poller().RebuildAfterFork(), Succeeds());
    EXPECT_EQ(absl::StrCat(poller().counters()), absl::StrCat(before));
    EXPECT_THAT(WaitReady(), Not(IsEmpty()));
    ReadAvailable(pair.near.get());
    EXPECT_THAT(poller().Wake(), Succeeds());
    EXPECT_THAT(WaitReady(), IsEmpty());
    const Counters after = poller().counters();
    EXPECT_EQ(after.waits, before.waits + 2);
    EXPECT_EQ(after.events, before.events + 1);
    EXPECT_EQ(after.wakes, before.wakes + 1);
  });
  EXPECT_EQ(absl::StrCat(poller().counters()), absl::StrCat(before));
}

TEST_P(ForkTest, ARefusedWaitTakesNothingFromTheParent) {
  const SocketPair once;
  const ScopedFd file = TemporaryFile();
  WriteText(once.far.get(), "x");
  Register(once.near.get(), Interest::kReadable, 1, Trigger::kOneShot);
  Register(file.get(), Interest::kReadable, 2, Trigger::kOneShot);
  ExpectInChild([&] { ExpectRefusedAfterFork(poller(), once.near.get()); });
  EXPECT_THAT(WaitReady(), UnorderedElementsAre(Field(&Event::data, 1u), Field(&Event::data, 2u)));
  ExpectQuiet();
}

TEST_P(ForkTest, ASecondRebuildDoesNothing) {
  const SocketPair pair;
  Register(pair.near.get(), Interest::kReadable, 1, Trigger::kOneShot);
  WriteText(pair.far.get(), "x");
  ExpectInChild([&] {
    EXPECT_THAT(poller().RebuildAfterFork(), Succeeds());
    EXPECT_THAT(WaitReady(), ElementsAre(Field(&Event::data, 1u)));
    const SocketPair later;
    Register(later.near.get(), Interest::kReadable, 2);
    EXPECT_THAT(poller().Wake(), Succeeds());
    EXPECT_THAT(poller().RebuildAfterFork(), Succeeds());
    const absl::Duration start = MonotonicNow();
    EXPECT_THAT(WaitReady(), IsEmpty());
    EXPECT_LT(MonotonicNow() - start, kPatience) << "the wake was lost";
    ExpectQuiet();
    WriteText(later.far.get(), "x");
    EXPECT_THAT(WaitReady(), ElementsAre(Field(&Event::data, 2u)));
  });
}

TEST_P(ForkTest, ChildrenAreNoConcernOfEachOther) {
  const SocketPair pair;
  Register(pair.near.get(), Interest::kReadable, 1);
  for (int child = 0; child < 3; ++child) {
    SCOPED_TRACE(child);
    ExpectInChild([&] {
      ExpectRefusedAfterFork(poller(), pair.near.get());
      EXPECT_THAT(poller().RebuildAfterFork(), Succeeds());
      ExpectQuiet();
      EXPECT_EQ(Show(poller().registrations()).size(), 1u);
      WriteText(pair.far.get(), "x");
      EXPECT_THAT(WaitReady(), ElementsAre(Field(&Event::data, 1u)));
      Unregister(pair.near.get());
    });
    EXPECT_THAT(WaitReady(), ElementsAre(Field(&Event::data, 1u)));
    ReadAvailable(pair.near.get());
  }
}

// Each generation has its own changes and its own kernel object.
TEST_P(ForkTest, RebuildInAGrandchild) {
  const SocketPair pair, later;
  const int fd = pair.near.get();
  Register(fd, Interest::kReadable, 1);
  ExpectInChild([&] {
    EXPECT_THAT(poller().RebuildAfterFork(), Succeeds());
    Modify(fd, Interest::kReadable, 2);
    Register(later.near.get(), Interest::kReadable, 3, Trigger::kOneShot);
    ExpectInChild([&] {
      ExpectRefusedAfterFork(poller(), fd);
      EXPECT_THAT(poller().RebuildAfterFork(), Succeeds());
      WriteText(later.far.get(), "x");
      EXPECT_THAT(WaitReady(), ElementsAre(Field(&Event::data, 3u)));
      WriteText(pair.far.get(), "x");
      EXPECT_THAT(WaitReady(), ElementsAre(Field(&Event::data, 2u)));
      Modify(fd, Interest::kNone);
      EXPECT_THAT(poller().Wake(), Succeeds());
      DestroyPoller();
    });
    EXPECT_THAT(WaitReady(),
                UnorderedElementsAre(Field(&Event::data, 2u), Field(&Event::data, 3u)));
    ReadAvailable(fd);
    ExpectQuiet();
  });
  ExpectQuiet();
  WriteText(pair.far.get(), "x");
  EXPECT_THAT(WaitReady(), ElementsAre(Field(&Event::data, 1u)));
}

TEST_P(ForkTest, RebuildInTheGrandchildAlone) {
  const SocketPair pair;
  const int fd = pair.near.get();
  Register(fd, Interest::kReadable, 1);
  ExpectInChild([&] {
    ExpectInChild([&] {
      ExpectRefusedAfterFork(poller(), fd);
      EXPECT_THAT(poller().RebuildAfterFork(), Succeeds());
      WriteText(pair.far.get(), "x");
      EXPECT_THAT(WaitReady(), ElementsAre(Field(&Event::data, 1u)));
      ReadAvailable(fd);
      ExpectInChild([&] { ExpectRefusedAfterFork(poller(), fd); });
    });
    ExpectRefusedAfterFork(poller(), fd);
  });
  ExpectQuiet();
}

TEST_P(ForkTest, RebuildOfAPollerThatAChildHasMade) {
  ExpectInChild([&] {
    const std::unique_ptr<Poller> own = NewPoller();
    const SocketPair pair;
    const int fd = pair.near.get();
    EXPECT_THAT(own->Register(fd, Interest::kReadable, 1), Succeeds());
    EXPECT_THAT(own->RebuildAfterFork(), Succeeds());
    ExpectInChild([&] {
      ExpectRefusedAfterFork(*own, fd);
      EXPECT_THAT(own->RebuildAfterFork(), Succeeds());
      WriteText(pair.far.get(), "x");
      Event event;
      ASSERT_EQ(own->Wait(absl::MakeSpan(&event, 1), kPatience).value_or(0), 1u);
      EXPECT_EQ(event.data, 1u);
    });
    Event event;
    ASSERT_EQ(own->Wait(absl::MakeSpan(&event, 1), kPatience).value_or(0), 1u);
    EXPECT_EQ(event.data, 1u);
  });
}

}  // namespace
}  // namespace someos
