// What single changes make of a Kqueue over the running system's queue.

#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/backends/kqueue/kevent.h"
#include "someos/backends/kqueue/kqueue_constants.h"
#include "someos/backends/kqueue/kqueue_object.h"
#include "someos/testing/child_process.h"
#include "someos/testing/clocks.h"
#include "someos/testing/pipe.h"
#include "someos/testing/scoped_fd.h"
#include "someos/testing/socket_pair.h"
#include "someos/testing/status_matchers.h"

namespace someos::select {
namespace {

using testing::IsEmpty;

class KqueueChangesTest : public testing::Test {
 protected:
  void SetUp() override { ASSERT_THAT(queue_, Succeeds()); }

  absl::StatusOr<std::vector<Kevent>> Ready(int max_events = 16) {
    return queue_->Control(std::nullopt, max_events, absl::ZeroDuration());
  }

  absl::StatusOr<Kqueue> queue_ = Kqueue::Create();
  SocketPair pair_;
};

// What tells a failure is the bit, whatever other flags a system echoes.
TEST_F(KqueueChangesTest, AFailingChangeIsAnEventIfThereIsRoom) {
  const auto events = queue_->Control(
      {Kevent(INT_MAX), Kevent(pair_.near.get(), kKqFilterWrite, kKqEvAdd, 0, 0, 3)}, 2);
  ASSERT_THAT(events, Succeeds());
  ASSERT_GE(events->size(), 1u);
  EXPECT_NE(events->front().flags & kKqEvError, 0);
  EXPECT_EQ(events->front().data, EBADF);
  EXPECT_EQ(events->front().ident, static_cast<KqIdent>(INT_MAX));
  // The other one has been applied.
  const auto ready = Ready();
  ASSERT_THAT(ready, Succeeds());
  ASSERT_EQ(ready->size(), 1u);
  EXPECT_EQ(ready->front().udata, 3u);
}

TEST_F(KqueueChangesTest, AFailingChangeIsTheCallsErrorIfThereIsNoRoom) {
  EXPECT_THAT(queue_->Control({Kevent(INT_MAX)}, 0), FailsWithErrno(EBADF, "control fd "));
  EXPECT_THAT(queue_->Control({Kevent(-1)}, 0), FailsWithErrno(EBADF, "control fd "));
  EXPECT_THAT(queue_->Control({Kevent(pair_.near.get(), kKqFilterRead, kKqEvDelete)}, 0),
              FailsWithErrno(ENOENT, "control fd "));
  EXPECT_THAT(queue_->Control({Kevent(pair_.near.get(), 99)}, 0),
              FailsWithErrno(EINVAL, "control fd "));
}

#ifdef EV_RECEIPT
TEST_F(KqueueChangesTest, AReceiptIsAnEventWithoutAnError) {
  const auto events =
      queue_->Control({Kevent(pair_.near.get(), kKqFilterRead, kKqEvAdd | kKqEvReceipt)}, 1);
  ASSERT_THAT(events, Succeeds());
  ASSERT_EQ(events->size(), 1u);
  EXPECT_NE(events->front().flags & kKqEvError, 0);
  EXPECT_EQ(events->front().data, 0);
}
#endif

TEST_F(KqueueChangesTest, AOneshotIsGoneWhenItHasFired) {
  const auto events =
      queue_->Control({Kevent(pair_.near.get(), kKqFilterWrite, kKqEvAdd | kKqEvOneshot)}, 1);
  ASSERT_THAT(events, Succeeds());
  EXPECT_EQ(events->size(), 1u);
  EXPECT_THAT(*Ready(), IsEmpty());
  EXPECT_THAT(queue_->Control({Kevent(pair_.near.get(), kKqFilterWrite, kKqEvDelete)}, 0),
              FailsWithErrno(ENOENT, "control fd "));
}

TEST_F(KqueueChangesTest, ADisabledFilterIsSilentUntilItIsEnabled) {
  const Kevent add(pair_.near.get(), kKqFilterWrite, kKqEvAdd | kKqEvDisable);
  ASSERT_THAT(queue_->Control({add}, 0), Succeeds());
  EXPECT_THAT(*Ready(), IsEmpty());
  for (int i = 0; i < 2; ++i) {
    ASSERT_THAT(queue_->Control({Kevent(pair_.near.get(), kKqFilterWrite, kKqEvEnable)}, 0),
                Succeeds());
    EXPECT_EQ(Ready()->size(), 1u);
  }
  for (int i = 0; i < 2; ++i) {
    ASSERT_THAT(queue_->Control({Kevent(pair_.near.get(), kKqFilterWrite, kKqEvDisable)}, 0),
                Succeeds());
    EXPECT_THAT(*Ready(), IsEmpty());
  }
  ASSERT_THAT(queue_->Control({Kevent(pair_.near.get(), kKqFilterWrite, kKqEvDelete)}, 0),
              Succeeds());
}

#ifdef EV_DISPATCH
TEST_F(KqueueChangesTest, ADispatchedFilterIsSilentWhenItHasFired) {
  const Kevent add(pair_.near.get(), kKqFilterWrite, kKqEvAdd | kKqEvDispatch);
  ASSERT_THAT(queue_->Control({Kevent(pair_.near.get()), add}, 0), Succeeds());
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(Ready()->size(), 1u) << i;
    EXPECT_THAT(*Ready(), IsEmpty());
    ASSERT_THAT(queue_->Control({Kevent(pair_.near.get(), kKqFilterWrite, kKqEvEnable)}, 0),
                Succeeds());
  }
}
#endif

TEST_F(KqueueChangesTest, AnEdgeIsReportedOnce) {
  ASSERT_THAT(queue_->Control({Kevent(pair_.near.get(), kKqFilterRead, kKqEvAdd | kKqEvClear)}, 0),
              Succeeds());
  ASSERT_EQ(send(pair_.far.get(), "x", 1, 0), 1);
  EXPECT_EQ(Ready()->size(), 1u);
  EXPECT_THAT(*Ready(), IsEmpty());
  ASSERT_EQ(send(pair_.far.get(), "y", 1, 0), 1);
  EXPECT_EQ(Ready()->size(), 1u);
}

TEST_F(KqueueChangesTest, AClosedFileIsForgottenAndItsNumberIsFree) {
  const Pipe pipe;
  ASSERT_THAT(queue_->Control({Kevent(pair_.near.get(), kKqFilterWrite)}, 0), Succeeds());
  const int number = pair_.near.get();
  pair_.near.reset();
  EXPECT_THAT(*Ready(), IsEmpty());
  ScopedFd reused(fcntl(pipe.writer.get(), F_DUPFD, number));
  ASSERT_EQ(reused.get(), number);
  EXPECT_THAT(queue_->Control({Kevent(number, kKqFilterWrite, kKqEvDelete)}, 0),
              FailsWithErrno(ENOENT, "control fd "));
  ASSERT_THAT(queue_->Control({Kevent(number, kKqFilterWrite)}, 0), Succeeds());
  EXPECT_EQ(Ready()->size(), 1u);
  reused.reset();
  EXPECT_THAT(queue_->Control({Kevent(number, kKqFilterWrite, kKqEvDelete)}, 0),
              FailsWithErrno(EBADF, "control fd "));
}

TEST_F(KqueueChangesTest, ATimerCounts) {
  const absl::Duration begin = MonotonicNow();
  const auto events =
      queue_->Control({Kevent(1, kKqFilterTimer, kKqEvAdd | kKqEvOneshot, 0, /*data=*/20)}, 1);
  EXPECT_GE(MonotonicNow() - begin, absl::Milliseconds(20));
  ASSERT_THAT(events, Succeeds());
  ASSERT_EQ(events->size(), 1u);
  EXPECT_EQ(events->front().filter, kKqFilterTimer);
  EXPECT_GE(events->front().data, 1);
}

#ifdef NOTE_USECONDS
TEST_F(KqueueChangesTest, ATimerTakesMicroseconds) {
  const absl::Duration begin = MonotonicNow();
  const auto events = queue_->Control(
      {Kevent(1, kKqFilterTimer, kKqEvAdd | kKqEvOneshot, kKqNoteUseconds, /*data=*/15'000)}, 1);
  EXPECT_GE(MonotonicNow() - begin, absl::Milliseconds(15));
  ASSERT_THAT(events, Succeeds());
  ASSERT_EQ(events->size(), 1u);
  EXPECT_EQ(events->front().flags & kKqEvError, 0);
}
#endif

#ifdef EVFILT_USER
TEST_F(KqueueChangesTest, AUserFilterIsTriggered) {
  if (!queue_->Control({Kevent(3, kKqFilterUser, kKqEvAdd | kKqEvClear)}, 0).ok()) {
    GTEST_SKIP() << "this kernel has no EVFILT_USER";
  }
  EXPECT_THAT(*Ready(), IsEmpty());
  ASSERT_THAT(queue_->Control({Kevent(3, kKqFilterUser, 0, kKqNoteTrigger)}, 0), Succeeds());
  EXPECT_EQ(Ready()->size(), 1u);
  EXPECT_THAT(*Ready(), IsEmpty());
}
#endif

// In a child, as over libkqueue the signal stays blocked.
TEST_F(KqueueChangesTest, AnIgnoredSignalIsReported) {
  EXPECT_EQ(RunInChild([]() -> std::string {
              if (::signal(SIGUSR2, SIG_IGN) == SIG_ERR) return "signal";
              absl::StatusOr<Kqueue> queue = Kqueue::Create();
              if (!queue.ok()) return std::string(queue.status().message());
              const auto added = queue->Control({Kevent(SIGUSR2, kKqFilterSignal)}, 0);
              if (!added.ok()) return std::string(added.status().message());
              if (kill(getpid(), SIGUSR2) != 0) return "kill";
              const auto events = queue->Control(std::nullopt, 4, absl::Seconds(5));
              if (!events.ok()) return std::string(events.status().message());
              if (events->size() != 1) return absl::StrCat(events->size(), " events");
              const Kevent& event = events->front();
              if (event.ident != SIGUSR2 || event.filter != kKqFilterSignal || event.data != 1) {
                return absl::StrCat(event);
              }
              return "";
            }),
            "");
}

}  // namespace
}  // namespace someos::select
