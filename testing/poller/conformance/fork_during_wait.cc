// Promise 9: a thread may be in Wait at the time of a fork. The child, where that thread is not,
// rebuilds and waits; the parent's Wait goes on.

#include <cerrno>

#include "absl/base/config.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/event.h"
#include "someos/api/interest.h"
#include "someos/api/poller.h"
#include "someos/testing/expect_in_child.h"
#include "someos/testing/poller/conformance/fixture.h"
#include "someos/testing/poller/refusals.h"
#include "someos/testing/poller/waiting_thread.h"
#include "someos/testing/scoped_fd.h"
#include "someos/testing/socket_pair.h"
#include "someos/testing/status_matchers.h"
#include "someos/testing/stream_io.h"

namespace someos {
namespace {

using testing::ElementsAre;
using testing::Field;
using testing::IsEmpty;

TEST_P(ForkDuringWaitTest, TheChildIsRefusedAndTheParentsWaitGoesOn) {
  const SocketPair pair;
  Register(pair.near.get(), Interest::kReadable, 1, Trigger::kOneShot);
  WaitingThread waiter(poller());
  waiter.AwaitInside();
  ExpectInChild([&] {
    ExpectRefusedAfterFork(poller(), pair.near.get());
    DestroyPoller();
  });
  EXPECT_FALSE(waiter.done());
  WriteText(pair.far.get(), "x");
  const auto events = waiter.Join();
  ASSERT_THAT(events, Succeeds());
  EXPECT_THAT(*events, ElementsAre(Field(&Event::data, 1u)));
}

TEST_P(ForkDuringWaitTest, TheChildRebuildsAndWaits) {
  const SocketPair once, level;
  Register(once.near.get(), Interest::kReadable, 1, Trigger::kOneShot);
  Register(level.near.get(), Interest::kReadable, 2);
  WaitingThread waiter(poller());
  waiter.AwaitInside();
  ExpectInChild([&] {
    EXPECT_THAT(poller().RebuildAfterFork(), Succeeds());
    ExpectQuiet();
    EXPECT_THAT(poller().Wake(), Succeeds());
    EXPECT_THAT(Wait(absl::InfiniteDuration()), IsEmpty());
    const SocketPair own;
    Register(own.near.get(), Interest::kReadable, 3);
    WriteText(own.far.get(), "x");
    EXPECT_THAT(WaitReady(), ElementsAre(Field(&Event::data, 3u)));
    Unregister(level.near.get());
    Modify(once.near.get(), Interest::kNone);
  });
  EXPECT_FALSE(waiter.done());
  WriteText(once.far.get(), "x");
  const auto events = waiter.Join();
  ASSERT_THAT(events, Succeeds());
  EXPECT_THAT(*events, ElementsAre(Field(&Event::data, 1u)));
  // Here the other one is as it was, too.
  WriteText(level.far.get(), "x");
  EXPECT_THAT(WaitReady(), ElementsAre(Field(&Event::data, 2u)));
}

TEST_P(ForkDuringWaitTest, BothProcessesSeeWhatTheyShare) {
  const SocketPair pair;
  Register(pair.near.get(), Interest::kReadable, 1);
  WaitingThread waiter(poller());
  waiter.AwaitInside();
  ExpectInChild([&] {
    EXPECT_THAT(poller().RebuildAfterFork(), Succeeds());
    WriteText(pair.far.get(), "x");
    EXPECT_THAT(WaitReady(), ElementsAre(Field(&Event::data, 1u)));
  });
  const auto events = waiter.Join();
  ASSERT_THAT(events, Succeeds());
  EXPECT_THAT(*events, ElementsAre(Field(&Event::data, 1u)));
}

// Finding out that a number names another file is no event of the parent's, be that file ready or
// at its end.
TEST_P(ForkDuringWaitTest, OtherFilesOfTheChildAreNoEvents) {
  const SocketPair registered, kept;
  SocketPair ended;
  ended.far.reset();
  Register(registered.near.get(), Interest::kReadable, 1);
  Register(kept.near.get(), Interest::kReadable, 2);
  WaitingThread waiter(poller());
  waiter.AwaitInside();
  ExpectInChild([&] {
    GiveNumber(registered.near, ended.near);
    EXPECT_THAT(poller().RebuildAfterFork(), FailsWithErrno(ENOENT, "rebuild after fork"));
    ExpectQuiet();
  });
  EXPECT_FALSE(waiter.done());
  WriteText(registered.far.get(), "x");
  const auto events = waiter.Join();
  ASSERT_THAT(events, Succeeds());
  EXPECT_THAT(*events, ElementsAre(Field(&Event::data, 1u)));
  ReadAvailable(registered.near.get());
  ExpectQuiet();
}

TEST_P(ForkDuringWaitTest, AWakeEndsTheParentsWaitAfterwards) {
  WaitingThread waiter(poller());
  waiter.AwaitInside();
  ExpectInChild([&] {
    EXPECT_THAT(poller().RebuildAfterFork(), Succeeds());
    EXPECT_THAT(poller().Wake(), Succeeds());
    EXPECT_THAT(Wait(absl::InfiniteDuration()), IsEmpty());
  });
  EXPECT_FALSE(waiter.done());
  EXPECT_THAT(poller().Wake(), Succeeds());
  const auto events = waiter.Join();
  ASSERT_THAT(events, Succeeds());
  EXPECT_THAT(*events, IsEmpty());
}

// What was changed during the Wait belongs to what the child rebuilds.
TEST_P(ForkDuringWaitTest, ChangesDuringTheWaitAreTheChildsToo) {
#ifdef ABSL_HAVE_THREAD_SANITIZER
  GTEST_SKIP() << "in the child, the thread sanitizer reports races with the parent's thread";
#endif
  const SocketPair added, taken, changed;
  Register(taken.near.get(), Interest::kReadable, 1);
  Register(changed.near.get(), Interest::kReadable, 2);
  for (int i = 0; i < 10; ++i) {
    WaitingThread waiter(poller());
    waiter.AwaitInside();
    Register(added.near.get(), Interest::kReadable, 3);
    Unregister(taken.near.get());
    Modify(changed.near.get(), Interest::kWritable, 4, Trigger::kOneShot);
    // This ends the parent's Wait at some time or other, perhaps while it forks.
    ExpectInChild([&] {
      EXPECT_THAT(poller().RebuildAfterFork(), Succeeds());
      WriteText(taken.far.get(), "x");
      WriteText(added.far.get(), "x");
      bool reported = false;
      for (int waits = 0; waits < 3 && !reported; ++waits) {
        for (const Event& event : WaitReady()) {
          EXPECT_THAT(event.data, testing::AnyOf(3u, 4u));
          reported = reported || event.data == 3;
        }
      }
      EXPECT_TRUE(reported);
      ReadAvailable(taken.near.get());
      ReadAvailable(added.near.get());
    });
    EXPECT_THAT(waiter.Join(), Succeeds());
    Unregister(added.near.get());
    Register(taken.near.get(), Interest::kReadable, 1);
    Modify(changed.near.get(), Interest::kReadable, 2);
  }
}

}  // namespace
}  // namespace someos
