// Kqueue over the running system's queue: a kernel's, or libkqueue's. What needs a queue that does
// as it is told is in kqueue_control_test.cc.

#include "someos/backends/kqueue/kqueue_object.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <climits>
#include <list>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/on_signal.h"
#include "someos/api/waitable.h"
#include "someos/backends/kqueue/kevent.h"
#include "someos/backends/kqueue/kqueue_constants.h"
#include "someos/testing/child_process.h"
#include "someos/testing/clocks.h"
#include "someos/testing/open_descriptors.h"
#include "someos/testing/pipe.h"
#include "someos/testing/scoped_fd.h"
#include "someos/testing/signals.h"
#include "someos/testing/socket_pair.h"
#include "someos/testing/status_matchers.h"
#include "someos/testing/system_call.h"
#include "someos/testing/tcp.h"

namespace someos::select {
namespace {

using testing::IsEmpty;
using Watched = std::set<std::pair<KqIdent, KqFilter>>;

Watched Of(const std::vector<Kevent>& events) {
  Watched result;
  for (const Kevent& event : events) result.emplace(event.ident, event.filter);
  return result;
}

class KqueueObjectTest : public testing::Test {
 protected:
  void SetUp() override { ASSERT_THAT(queue_, Succeeds()); }

  absl::StatusOr<std::vector<Kevent>> Ready(int max_events = 16) {
    return queue_->Control(std::nullopt, max_events, absl::ZeroDuration());
  }

  absl::StatusOr<Kqueue> queue_ = Kqueue::Create();
  SocketPair pair_;
};

TEST_F(KqueueObjectTest, ANewQueueIsOpenAndClosedOnExec) {
  EXPECT_FALSE(queue_->closed());
  EXPECT_GE(queue_->fileno(), 0);
  EXPECT_TRUE(IsCloseOnExec(queue_->fileno()));
  EXPECT_EQ(DescriptorOf(*queue_).value_or(-1), queue_->fileno());
}

TEST_F(KqueueObjectTest, CloseTwice) {
  const int fd = queue_->fileno();
  queue_->Close();
  EXPECT_TRUE(queue_->closed());
  EXPECT_EQ(queue_->fileno(), -1);
  EXPECT_EQ(fcntl(fd, F_GETFD), -1);
  const ScopedFd reused = Duplicate(pair_.near.get());
  queue_->Close();
  EXPECT_NE(fcntl(reused.get(), F_GETFD), -1);
  EXPECT_THAT(Ready(), FailsWithCode(absl::StatusCode::kInvalidArgument,
                                     "I/O operation on closed kqueue object"));
  EXPECT_THAT(DescriptorOf(*queue_), FailsWithCode(absl::StatusCode::kInvalidArgument,
                                                   "file descriptor cannot be a negative"));
}

TEST_F(KqueueObjectTest, CloseLeavesErrnoAlone) {
  errno = ERANGE;
  queue_->Close();
  EXPECT_EQ(errno, ERANGE);
}

TEST_F(KqueueObjectTest, TheDestructorCloses) {
  const int fd = queue_->fileno();
  ASSERT_THAT(queue_->Control({Kevent(pair_.near.get())}, 0), Succeeds());
  {
    const Kqueue moved = *std::move(queue_);
  }
  EXPECT_EQ(fcntl(fd, F_GETFD), -1);
}

TEST_F(KqueueObjectTest, AMovedFromQueueIsClosed) {
  const int fd = queue_->fileno();
  Kqueue moved = *std::move(queue_);
  EXPECT_EQ(moved.fileno(), fd);
  EXPECT_TRUE(queue_->closed());  // NOLINT(bugprone-use-after-move)
  EXPECT_EQ(queue_->fileno(), -1);
  EXPECT_THAT(Ready(), FailsWithCode(absl::StatusCode::kInvalidArgument, "I/O operation"));
  queue_->Close();
  EXPECT_FALSE(moved.closed());
  *queue_ = std::move(moved);
  EXPECT_THAT(Ready(), Succeeds());
}

TEST_F(KqueueObjectTest, IsClosedIfMadeFromNothing) {
  Kqueue queue;
  EXPECT_TRUE(queue.closed());
  EXPECT_EQ(queue.fileno(), -1);
  EXPECT_THAT(
      queue.Control(std::nullopt, 1),
      FailsWithCode(absl::StatusCode::kInvalidArgument, "I/O operation on closed kqueue object"));
  queue.Close();
  queue = *std::move(queue_);
  EXPECT_THAT(queue.Control(std::nullopt, 1, absl::ZeroDuration()), Succeeds());
}

TEST_F(KqueueObjectTest, AnEventMadeFromNothingIsRefused) {
  EXPECT_THAT(queue_->Control({Kevent()}, 0), FailsWithErrno(EBADF, "control fd "));
}

TEST_F(KqueueObjectTest, MovesWithWhatItHasReported) {
  const int near = pair_.near.get(), far = pair_.far.get();
  ASSERT_THAT(queue_->Control({Kevent(near, kKqFilterWrite, kKqEvAdd | kKqEvOneshot)}, 0),
              Succeeds());
  EXPECT_EQ(Of(*Ready()), (Watched{{KqIdent(near), kKqFilterWrite}}));
  ASSERT_THAT(queue_->Control({Kevent(far, kKqFilterWrite, kKqEvAdd | kKqEvOneshot)}, 0),
              Succeeds());
  absl::StatusOr<Kqueue> target = Kqueue::Create();
  ASSERT_THAT(target, Succeeds());
  ASSERT_THAT(target->Control(std::nullopt, 1, absl::ZeroDuration()), Succeeds());
  *target = *std::move(queue_);
  const auto now = [&] { return Of(*target->Control(std::nullopt, 16, absl::ZeroDuration())); };
  EXPECT_EQ(now(), (Watched{{KqIdent(far), kKqFilterWrite}}));
  EXPECT_THAT(now(), IsEmpty());
}

TEST_F(KqueueObjectTest, MovingClosesWhatTheTargetHadOnce) {
  absl::StatusOr<Kqueue> target = Kqueue::Create();
  ASSERT_THAT(target, Succeeds());
  const int replaced = target->fileno();
  const int moved = queue_->fileno();
  *target = *std::move(queue_);
  ASSERT_EQ(fcntl(replaced, F_GETFD), -1);
  const ScopedFd reused(MustSucceed(fcntl(pair_.near.get(), F_DUPFD_CLOEXEC, replaced), "fcntl"));
  ASSERT_EQ(reused.get(), replaced);
  queue_->Close();
  EXPECT_NE(fcntl(moved, F_GETFD), -1) << "closed by the source";
  EXPECT_EQ(target->fileno(), moved);
  {
    const Kqueue last = *std::move(target);
  }
  EXPECT_EQ(fcntl(moved, F_GETFD), -1);
  EXPECT_NE(fcntl(replaced, F_GETFD), -1) << "closed once more";
}

TEST_F(KqueueObjectTest, ManyAreMadeAndClosed) {
  const std::set<int> before = OpenDescriptors();
  for (int i = 0; i < 200; ++i) {
    absl::StatusOr<Kqueue> queue = Kqueue::Create();
    ASSERT_THAT(queue, Succeeds());
    absl::StatusOr<Kqueue> second = Kqueue::Create();
    ASSERT_THAT(second, Succeeds());
    const auto events = queue->Control({Kevent(pair_.near.get(), kKqFilterWrite)}, 1);
    ASSERT_THAT(events, Succeeds());
    ASSERT_EQ(events->size(), 1u) << i;
    queue->Close();
    ASSERT_THAT(second->Control({Kevent(pair_.far.get(), kKqFilterWrite)}, 1), Succeeds());
  }
  EXPECT_THAT(LeftOpen(before), IsEmpty());
}

// The story of Python's own test: two owners of one queue, both filters of both ends.
TEST_F(KqueueObjectTest, EventsOfASocketPair) {
  absl::StatusOr<Kqueue> second = Kqueue::FromFd(queue_->fileno());
  ASSERT_THAT(second, Succeeds());
  const int near = pair_.near.get();
  const int far = pair_.far.get();
  const KqFlags add = kKqEvAdd | kKqEvEnable;
  ASSERT_THAT(queue_->Control({Kevent(far, kKqFilterWrite, add)}, 0), Succeeds());
  ASSERT_THAT(queue_->Control({Kevent(far, kKqFilterRead, add)}, 0), Succeeds());
  ASSERT_THAT(second->Control({Kevent(near, kKqFilterWrite, add)}, 0), Succeeds());
  ASSERT_THAT(second->Control({Kevent(near, kKqFilterRead, add)}, 0), Succeeds());

  auto events = queue_->Control(std::nullopt, 4, absl::Seconds(1));
  ASSERT_THAT(events, Succeeds());
  const auto near_ident = static_cast<KqIdent>(near);
  const auto far_ident = static_cast<KqIdent>(far);
  EXPECT_EQ(Of(*events), (Watched{{near_ident, kKqFilterWrite}, {far_ident, kKqFilterWrite}}));

  ASSERT_EQ(send(near, "Hello!", 6, 0), 6);
  ASSERT_EQ(send(far, "world!!!", 8, 0), 8);
  events = queue_->Control(std::nullopt, 4, absl::Seconds(1));
  ASSERT_THAT(events, Succeeds());
  EXPECT_EQ(Of(*events), (Watched{{near_ident, kKqFilterWrite},
                                  {near_ident, kKqFilterRead},
                                  {far_ident, kKqFilterWrite},
                                  {far_ident, kKqFilterRead}}));

  ASSERT_THAT(queue_->Control({Kevent(near, kKqFilterWrite, kKqEvDelete)}, 0), Succeeds());
  ASSERT_THAT(queue_->Control({Kevent(near, kKqFilterRead, kKqEvDelete)}, 0), Succeeds());
  ASSERT_THAT(queue_->Control({Kevent(far, kKqFilterRead, kKqEvDelete)}, 0, absl::ZeroDuration()),
              Succeeds());
  events = queue_->Control(std::vector<Kevent>(), 4, absl::Milliseconds(990));
  ASSERT_THAT(events, Succeeds());
  EXPECT_EQ(Of(*events), (Watched{{far_ident, kKqFilterWrite}}));

  second->Close();
  EXPECT_FALSE(queue_->closed());  // it cannot know
  EXPECT_THAT(Ready(), FailsWithErrno(EBADF, "control fd "));
}

TEST_F(KqueueObjectTest, ChangesAndEventsInOneCall) {
  ASSERT_EQ(send(pair_.near.get(), "foo", 3, 0), 3);
  const auto events =
      queue_->Control({Kevent(pair_.near.get(), kKqFilterRead, kKqEvAdd | kKqEvEnable),
                       Kevent(pair_.far.get(), kKqFilterRead, kKqEvAdd | kKqEvEnable)},
                      1, absl::Seconds(1));
  ASSERT_THAT(events, Succeeds());
  ASSERT_EQ(events->size(), 1u);
  EXPECT_EQ(events->front().flags & kKqEvError, 0);
  EXPECT_EQ(events->front().ident, static_cast<KqIdent>(pair_.far.get()));
  EXPECT_EQ(events->front().data, 3);
}

TEST_F(KqueueObjectTest, UdataComesBack) {
  const auto events =
      queue_->Control({Kevent(pair_.near.get(), kKqFilterWrite, kKqEvAdd, 0, 0, 0xfeedUL)}, 1);
  ASSERT_THAT(events, Succeeds());
  ASSERT_EQ(events->size(), 1u);
  EXPECT_EQ(events->front().udata, 0xfeedu);
}

TEST_F(KqueueObjectTest, EveryRangeIsAChangelist) {
  const Kevent change(pair_.near.get(), kKqFilterRead, kKqEvAdd | kKqEvEnable);
  EXPECT_THAT(queue_->Control(std::vector<Kevent>{change}, 0), Succeeds());
  const std::list<Kevent> list = {change, change};
  EXPECT_THAT(queue_->Control(list, 0), Succeeds());
  const Kevent array[] = {change};
  EXPECT_THAT(queue_->Control(array, 0), Succeeds());
  EXPECT_THAT(queue_->Control(absl::MakeSpan(array), 0), Succeeds());
  EXPECT_THAT(queue_->Control({}, 0), Succeeds());
  EXPECT_THAT(queue_->Control(std::nullopt, 0), Succeeds());
}

// A range that says it is empty, and is not; and that gives the same change again and again.
struct LyingRange {
  struct Iterator {
    const Kevent& operator*() const { return range->change; }
    Iterator& operator++() {
      ++at;
      return *this;
    }
    bool operator!=(const Iterator& other) const { return at != other.at; }
    const LyingRange* range;
    int at;
  };
  size_t size() const { return 0; }
  bool empty() const { return true; }
  Iterator begin() const { return {this, 0}; }
  Iterator end() const { return {this, 100}; }

  Kevent change;
};

TEST_F(KqueueObjectTest, ARangeIsReadAndNotAsked) {
  ASSERT_EQ(send(pair_.far.get(), "x", 1, 0), 1);
  const auto events = queue_->Control(
      LyingRange{Kevent(pair_.near.get(), kKqFilterRead, kKqEvAdd | kKqEvEnable)}, 5);
  ASSERT_THAT(events, Succeeds());
  EXPECT_EQ(events->size(), 1u);
}

TEST_F(KqueueObjectTest, TenThousandChanges) {
  EXPECT_THAT(queue_->Control(std::vector<Kevent>(10'000, Kevent(pair_.near.get())), 0),
              Succeeds());
  EXPECT_THAT(Ready(), Succeeds());
}

TEST_F(KqueueObjectTest, ChecksComeInPythonsOrder) {
  const absl::Duration negative = -absl::Nanoseconds(1);
  const std::vector<Kevent> failing = {Kevent(-1)};
  EXPECT_THAT(queue_->Control(failing, -1, negative),
              FailsWithCode(absl::StatusCode::kInvalidArgument,
                            "Length of eventlist must be 0 or positive, got -1"));
  EXPECT_THAT(
      queue_->Control(failing, 0, negative),
      FailsWithCode(absl::StatusCode::kInvalidArgument, "timeout must be positive or None"));
  EXPECT_THAT(queue_->Control(failing, 0, absl::Hours(24 * 365 * 300)),
              FailsWithCode(absl::StatusCode::kOutOfRange, "timestamp"));
  EXPECT_THAT(queue_->Control(failing, 0), FailsWithErrno(EBADF, "control fd "));
  queue_->Close();
  EXPECT_THAT(
      queue_->Control(failing, -1, negative),
      FailsWithCode(absl::StatusCode::kInvalidArgument, "I/O operation on closed kqueue object"));
}

TEST_F(KqueueObjectTest, NegativeRoomIsRefused) {
  EXPECT_THAT(queue_->Control(std::nullopt, INT_MIN),
              FailsWithCode(absl::StatusCode::kInvalidArgument,
                            "Length of eventlist must be 0 or positive, got -2147483648"));
}

TEST_F(KqueueObjectTest, WithoutRoomItDoesNotWait) {
  for (const auto& timeout :
       {std::optional<absl::Duration>(), std::make_optional(absl::Hours(1))}) {
    const auto events = queue_->Control(std::nullopt, 0, timeout);
    ASSERT_THAT(events, Succeeds());
    EXPECT_THAT(*events, IsEmpty());
  }
}

TEST_F(KqueueObjectTest, ATimeoutIsWaitedToItsEnd) {
  const absl::Duration begin = MonotonicNow();
  const auto events = queue_->Control(std::nullopt, 1, absl::Microseconds(20'700));
  EXPECT_GE(MonotonicNow() - begin, absl::Microseconds(20'700));
  ASSERT_THAT(events, Succeeds());
  EXPECT_THAT(*events, IsEmpty());
}

TEST_F(KqueueObjectTest, ASignalDoesNotEndTheWait) {
  const ScopedSignalHandler handler(SIGUSR1, [](int) {});
  const SignalStorm storm(pthread_self(), SIGUSR1, absl::Milliseconds(2));
  const absl::Duration begin = MonotonicNow();
  const auto events = queue_->Control({Kevent(pair_.near.get())}, 1, absl::Milliseconds(50));
  EXPECT_GE(MonotonicNow() - begin, absl::Milliseconds(50));
  ASSERT_THAT(events, Succeeds());
  EXPECT_THAT(*events, IsEmpty());
}

TEST_F(KqueueObjectTest, ASignalEndsAWaitThatAsksForItAndTheChangesAreMade) {
  const ScopedSignalHandler handler(SIGUSR1, [](int) {});
  {
    const SignalStorm storm(pthread_self(), SIGUSR1, absl::Milliseconds(2));
    EXPECT_THAT(queue_->Control({Kevent(pair_.near.get())}, 1, std::nullopt, OnSignal::kReturn),
                FailsWithErrno(EINTR, "control fd"));
    EXPECT_THAT(queue_->Control(std::nullopt, 1, absl::Hours(1), OnSignal::kReturn),
                FailsWithErrno(EINTR, "control fd"));
    EXPECT_THAT(queue_->Control(std::vector<Kevent>(), 1, absl::Hours(1), OnSignal::kReturn),
                FailsWithErrno(EINTR, "control fd"));
  }
  ASSERT_EQ(send(pair_.far.get(), "x", 1, 0), 1);
  EXPECT_EQ(queue_->Control(std::nullopt, 1, absl::Hours(1), OnSignal::kReturn)->size(), 1u);
}

// That is how a program learns that a connection was refused (connect(2)).
TEST_F(KqueueObjectTest, AnEventLeavesTheErrorOfASocket) {
  const ScopedFd client = BeginRefusedConnect();
  if (client.get() < 0) GTEST_SKIP() << "connect() refuses at once on this system";
  const auto events = queue_->Control({Kevent(client.get(), kKqFilterWrite)}, 4);
  ASSERT_THAT(events, Succeeds());
  ASSERT_EQ(events->size(), 1u);
  EXPECT_NE(events->front().flags & kKqEvEof, 0);
  int error = 0;
  socklen_t size = sizeof(error);
  ASSERT_EQ(getsockopt(client.get(), SOL_SOCKET, SO_ERROR, &error, &size), 0);
  EXPECT_EQ(error, ECONNREFUSED);
}

TEST_F(KqueueObjectTest, HugeRoomCostsNothing) {
  ASSERT_EQ(send(pair_.far.get(), "x", 1, 0), 1);
  const auto events = queue_->Control({Kevent(pair_.near.get())}, INT_MAX);
  ASSERT_THAT(events, Succeeds());
  EXPECT_EQ(events->size(), 1u);
}

TEST_F(KqueueObjectTest, AForkedChildHasNoPartInIt) {
  ASSERT_THAT(queue_->Control({Kevent(pair_.near.get(), kKqFilterWrite)}, 0), Succeeds());
  const int number = queue_->fileno();
  EXPECT_EQ(RunInChild([&]() -> std::string {
              if (!queue_->closed()) return "open";
              if (queue_->fileno() != -1) return "has a number";
              // The number belongs to the child.
              const int mine = fcntl(pair_.far.get(), F_GETFD) == -1 ? -1 : dup2(1, number);
              if (mine != number) return "dup2";
              queue_->Close();
              {
                const Kqueue moved = *std::move(queue_);
              }
              if (fcntl(number, F_GETFD) == -1) return "the child's file was closed";
              absl::StatusOr<Kqueue> own = Kqueue::Create();
              if (!own.ok()) return std::string(own.status().message());
              const auto events = own->Control({Kevent(pair_.far.get(), kKqFilterWrite)}, 1);
              if (!events.ok()) return std::string(events.status().message());
              return events->size() == 1 ? "" : "no event in the child's own queue";
            }),
            "");
  EXPECT_FALSE(queue_->closed());
  EXPECT_EQ(queue_->fileno(), number);
  EXPECT_EQ(Ready()->size(), 1u);
}

TEST_F(KqueueObjectTest, FromFdOwnsWhatItIsGiven) {
  EXPECT_THAT(Kqueue::FromFd(-1), FailsWithCode(absl::StatusCode::kInvalidArgument,
                                                "file descriptor cannot be a negative integer"));
  Pipe pipe;
  const int fd = pipe.reader.release();
  {
    const absl::StatusOr<Kqueue> no_queue = Kqueue::FromFd(fd);
    ASSERT_THAT(no_queue, Succeeds());
    EXPECT_EQ(no_queue->fileno(), fd);
    EXPECT_THAT(no_queue->Control(std::nullopt, 1), FailsWithErrno(EBADF, "control fd "));
  }
  EXPECT_EQ(fcntl(fd, F_GETFD), -1);
}

TEST_F(KqueueObjectTest, FromFdLeavesTheDescriptorAsItIs) {
  Pipe pipe;
  const int fd = pipe.reader.release();
  MustSucceed(fcntl(fd, F_SETFD, 0), "fcntl");
  const absl::StatusOr<Kqueue> no_queue = Kqueue::FromFd(fd);
  ASSERT_THAT(no_queue, Succeeds());
  EXPECT_FALSE(IsCloseOnExec(fd));
}

TEST_F(KqueueObjectTest, AChangeReachesAWaitingThread) {
  ASSERT_THAT(queue_->Control({Kevent(pair_.far.get())}, 0), Succeeds());
  absl::StatusOr<std::vector<Kevent>> events = absl::UnknownError("not yet");
  std::thread waiting([&] { events = queue_->Control(std::nullopt, 4, absl::Seconds(20)); });
  EXPECT_THAT(queue_->Control({Kevent(pair_.near.get(), kKqFilterWrite)}, 0), Succeeds());
  waiting.join();
  ASSERT_THAT(events, Succeeds());
  ASSERT_EQ(events->size(), 1u);
  EXPECT_EQ(events->front().ident, static_cast<KqIdent>(pair_.near.get()));
}

TEST_F(KqueueObjectTest, SeveralThreadsWaitAndChange) {
  constexpr int kRounds = 200;
  std::vector<std::thread> threads;
  std::atomic<int> found{0};
  for (int i = 0; i < 3; ++i) {
    threads.emplace_back([&] {
      while (found.load() < kRounds) {
        const auto events = queue_->Control(std::nullopt, 4, absl::Milliseconds(5));
        ASSERT_THAT(events, Succeeds());
        found += static_cast<int>(events->size());
      }
    });
  }
  threads.emplace_back([&] {
    while (found.load() < kRounds) {
      ASSERT_THAT(
          queue_->Control({Kevent(pair_.near.get(), kKqFilterWrite, kKqEvAdd | kKqEvOneshot)}, 0),
          Succeeds());
    }
  });
  for (std::thread& thread : threads) thread.join();
}

// The systems differ, so the wait has an end of its own.
TEST_F(KqueueObjectTest, CloseWhileAnotherThreadWaits) {
  absl::StatusOr<std::vector<Kevent>> events = absl::UnknownError("not yet");
  std::thread waiting(
      [&] { events = queue_->Control({Kevent(pair_.near.get())}, 1, absl::Seconds(2)); });
  queue_->Close();
  waiting.join();
  EXPECT_TRUE(queue_->closed());
  // Closed before the thread began, while it waited, or unnoticed.
  if (events.ok()) {
    EXPECT_THAT(*events, IsEmpty());
  } else if (events.status().code() != absl::StatusCode::kInvalidArgument) {
    EXPECT_THAT(events, FailsWithErrno(EBADF, "control fd "));
  }
}

}  // namespace
}  // namespace someos::select
