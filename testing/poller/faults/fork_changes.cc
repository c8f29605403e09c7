// A fork while a thread is on its way out of the kernel: it has changes to take up that others made
// meanwhile, and events that it has not reported. The child, where it is not, has the changes.

#include "absl/synchronization/notification.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/event.h"
#include "someos/api/interest.h"
#include "someos/testing/expect_in_child.h"
#include "someos/testing/poller/faults/fixture.h"
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
using testing::UnorderedElementsAre;

// A thread that is held where the kernel's wait has ended and the poller's has not.
class HeldWaiter {
 public:
  // What the action of FaultTest::Meanwhile is to do.
  void Hold() {
    held_.Notify();
    let_go_.WaitForNotification();
  }
  void AwaitHeld() { held_.WaitForNotification(); }
  void LetGo() { let_go_.Notify(); }

 private:
  absl::Notification held_;
  absl::Notification let_go_;
};

TEST_P(ForkFaultTest, ChangesThatTheWaitingThreadHasNotTakenUp) {
  const SocketPair ready, added, taken, paused;
  const ScopedFd file = TemporaryFile();
  Register(ready.near.get(), Interest::kReadable, 1);
  Register(taken.near.get(), Interest::kReadable, 2);
  Register(paused.near.get(), Interest::kReadable, 3);
  HeldWaiter held;
  Meanwhile([&] { held.Hold(); });
  WriteText(ready.far.get(), "x");
  WaitingThread waiter(poller());
  held.AwaitHeld();
  Register(added.near.get(), Interest::kReadable, 4);
  Register(file.get(), Interest::kReadable, 5, Trigger::kOneShot);
  EXPECT_THAT(poller().Unregister(taken.near.get()), Succeeds());
  EXPECT_THAT(poller().Modify(paused.near.get(), Interest::kNone), Succeeds());
  for (const SocketPair* pair : {&added, &taken, &paused}) WriteText(pair->far.get(), "x");
  ExpectInChild([&] {
    EXPECT_THAT(poller().RebuildAfterFork(), Succeeds());
    EXPECT_EQ(poller().registrations().size(), 4u);
    EXPECT_THAT(Wait(), UnorderedElementsAre(Reports(ready.near.get(), Readiness::kReadable, 1),
                                             Reports(added.near.get(), Readiness::kReadable, 4),
                                             Reports(file.get(), Readiness::kReadable, 5)));
    EXPECT_THAT(poller().Unregister(ready.near.get()), Succeeds());
    EXPECT_THAT(poller().Unregister(added.near.get()), Succeeds());
    ExpectQuiet();
    EXPECT_THAT(poller().Modify(paused.near.get(), Interest::kReadable, 6), Succeeds());
    EXPECT_THAT(Wait(), ElementsAre(Reports(paused.near.get(), Readiness::kReadable, 6)));
  });
  held.LetGo();
  const auto events = waiter.Join();
  ASSERT_THAT(events, Succeeds());
  EXPECT_THAT(*events, testing::Contains(Reports(ready.near.get(), Readiness::kReadable, 1)));
  // The child's changes are its own.
  EXPECT_EQ(poller().registrations().size(), 4u);
}

// Of a wake that has been fetched from the kernel and not reported the child knows nothing.
TEST_P(ForkFaultTest, AWakeThatTheWaitingThreadHasNotReported) {
  const SocketPair pair;
  Register(pair.near.get(), Interest::kReadable, 1);
  HeldWaiter held;
  Meanwhile([&] { held.Hold(); });
  EXPECT_THAT(poller().Wake(), Succeeds());
  WaitingThread waiter(poller());
  held.AwaitHeld();
  ExpectInChild([&] {
    EXPECT_THAT(poller().RebuildAfterFork(), Succeeds());
    ExpectQuiet();
    EXPECT_THAT(poller().Wake(), Succeeds());
    EXPECT_THAT(Wait(absl::InfiniteDuration()), IsEmpty());
    ExpectQuiet();
  });
  held.LetGo();
  const auto events = waiter.Join();
  ASSERT_THAT(events, Succeeds());
  EXPECT_THAT(*events, IsEmpty());
  EXPECT_EQ(poller().counters().wakes, 1u);
}

}  // namespace
}  // namespace someos
