// Promise 8, continued: what threads that get in each other's way may rely on, counted exactly.

#include <sched.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/errno_status.h"
#include "someos/api/event.h"
#include "someos/api/interest.h"
#include "someos/api/poller.h"
#include "someos/testing/clocks.h"
#include "someos/testing/pipe.h"
#include "someos/testing/poller/conformance/fixture.h"
#include "someos/testing/poller/waiting_thread.h"
#include "someos/testing/socket_pair.h"
#include "someos/testing/status_matchers.h"
#include "someos/testing/stream_io.h"

namespace someos {
namespace {

using testing::ElementsAre;
using testing::Field;
using testing::IsEmpty;

TEST_P(ThreadsTest, ABatchArmsAOneShotDuringWait) {
  const Pipe pipe;
  const int fd = pipe.reader.get();
  WriteText(pipe.writer.get(), "x");
  Register(fd, Interest::kReadable, 0, Trigger::kOneShot);
  EXPECT_THAT(WaitReady(), ElementsAre(EventOf(fd, Readiness::kReadable)));
  for (uint64_t i = 1; i <= 20; ++i) {
    WaitingThread waiter(poller());
    waiter.AwaitInside();
    EXPECT_THAT(poller().Apply({Change::Modify(fd, Interest::kReadable, i, Trigger::kOneShot)}),
                Succeeds());
    const auto events = waiter.Join();
    ASSERT_THAT(events, Succeeds());
    ASSERT_THAT(*events, ElementsAre(Field(&Event::data, i)));
  }
  ExpectQuiet();
}

TEST_P(ThreadsTest, AModifyToAnEdgeDuringWaitReportsWhatIsThere) {
  if (!capabilities().edge) GTEST_SKIP() << Lacks("edge");
  const Pipe pipe;
  const int fd = pipe.reader.get();
  WriteText(pipe.writer.get(), "x");
  Register(fd, Interest::kNone, 1);
  WaitingThread waiter(poller());
  waiter.AwaitInside();
  Modify(fd, Interest::kReadable, 2, Trigger::kEdge);
  const auto events = waiter.Join();
  ASSERT_THAT(events, Succeeds());
  EXPECT_THAT(*events, ElementsAre(Field(&Event::data, 2u)));
  ExpectQuiet();
}

// A one-shot that is ready whenever it is armed.
struct Armed {
  static constexpr int kArmings = Rounds(400);

  SocketPair pair;
  std::array<std::atomic<int>, kArmings> reports = {};  // of each arming
};

// Arms `fd` once more, by one call or another.
absl::Status Arm(Poller& poller, int fd, uint64_t data, int by) {
  const Change armed = Change::Modify(fd, Interest::kWritable, data, Trigger::kOneShot);
  switch (by % 4) {
    case 0:
      return poller.Modify(fd, Interest::kWritable, data, Trigger::kOneShot);
    case 1:
      return poller.Apply({armed});
    case 2:
      return poller.Apply({Change::Modify(fd, Interest::kNone), armed});
    default: {
      absl::Status status = poller.Unregister(fd);
      status.Update(poller.Register(fd, Interest::kWritable, data, Trigger::kOneShot));
      return status;
    }
  }
}

// Several threads arm one-shots, each again as soon as it has been reported.
TEST_P(ThreadsTest, EachArmingOfAOneShotIsReportedOnce) {
  constexpr int kThreads = 3;
  std::array<Armed, kThreads> all;
  std::atomic<int> running{kThreads};
  std::atomic<bool> given_up{false};
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      const int fd = all[t].pair.near.get();
      EXPECT_THAT(poller().Register(fd, Interest::kNone), Succeeds());
      for (int i = 0; i < Armed::kArmings && !given_up; ++i) {
        EXPECT_THAT(Arm(poller(), fd, uint64_t(t) << 32 | i, i), Succeeds());
        while (all[t].reports[i] == 0 && !given_up) sched_yield();
      }
      --running;
      EXPECT_THAT(poller().Wake(), Succeeds());
    });
  }
  std::vector<Event> events(8);
  while (running > 0 && !given_up) {
    const absl::StatusOr<size_t> count = poller().Wait(absl::MakeSpan(events), kPatience);
    EXPECT_THAT(count, Succeeds());
    given_up = !count.ok();
    for (const Event& event : absl::MakeSpan(events).first(count.value_or(0))) {
      Armed& armed = all.at(event.data >> 32);
      EXPECT_EQ(event.fd, armed.pair.near.get()) << absl::StrCat(event);
      EXPECT_EQ(event.readiness, Readiness::kWritable) << absl::StrCat(event);
      ++armed.reports.at(event.data & UINT32_MAX);
    }
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(WaitNow(), IsEmpty());
  for (int t = 0; t < kThreads; ++t) {
    for (int i = 0; i < Armed::kArmings; ++i) {
      ASSERT_EQ(all[t].reports[i], 1) << "thread " << t << ", arming " << i;
    }
  }
}

// A registration that is ready and one that never is, of one descriptor in turn, under the eyes of
// the waiting thread: an event of the former has not the data of the latter.
TEST_P(ThreadsTest, AnEventHasTheDataOfItsOwnRegistration) {
  constexpr uint64_t kRounds = Rounds(3000);
  const SocketPair pair;
  const int fd = pair.near.get();
  std::atomic<bool> finished{false};
  std::thread changer([&] {
    for (uint64_t i = 0; i < 2 * kRounds; i += 2) {
      EXPECT_THAT(poller().Register(fd, Interest::kWritable, i), Succeeds());
      EXPECT_THAT(poller().Unregister(fd), Succeeds());
      EXPECT_THAT(poller().Register(fd, Interest::kReadable, i + 1), Succeeds());
      EXPECT_THAT(poller().Unregister(fd), Succeeds());
    }
    finished = true;
    EXPECT_THAT(poller().Wake(), Succeeds());
  });
  Event events[4];
  uint64_t wrong = 0;
  while (!finished) {
    const absl::StatusOr<size_t> count = poller().Wait(absl::MakeSpan(events), kPatience);
    EXPECT_THAT(count, Succeeds());
    for (size_t i = 0; i < count.value_or(0); ++i) wrong += events[i].data % 2;
  }
  changer.join();
  EXPECT_EQ(wrong, 0u);
}

// The start of a race.
class StartingLine {
 public:
  explicit StartingLine(int runners) : missing_(runners) {}
  void Await() {
    --missing_;
    while (missing_ > 0) sched_yield();
  }

 private:
  std::atomic<int> missing_;
};

// Threads that come at the same moment: one is let in, and the others are refused at once.
TEST_P(ThreadsTest, OfSeveralWaitsAtOnceOneIsLetIn) {
  constexpr int kThreads = 3;
  constexpr int kRounds = Rounds(150);
  for (int round = 0; round < kRounds; ++round) {
    StartingLine start(kThreads);
    std::atomic<int> refused{0};
    std::atomic<int> let_in{0};
    std::vector<std::thread> threads;
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([&] {
        Event event;
        start.Await();
        const absl::StatusOr<size_t> count = poller().Wait(absl::MakeSpan(&event, 1), kPatience);
        if (absl::IsFailedPrecondition(count.status())) {
          ++refused;
        } else {
          EXPECT_EQ(count.value_or(9), 0u) << count.status();
          ++let_in;
        }
      });
    }
    const absl::Duration deadline = MonotonicNow() + kPatience / 2;
    while (refused < kThreads - 1 && MonotonicNow() < deadline) sched_yield();
    EXPECT_EQ(refused, kThreads - 1);
    // One Wake for the one, and more for those that should not be there.
    while (refused + let_in < kThreads) {
      EXPECT_THAT(poller().Wake(), Succeeds());
      sched_yield();
    }
    for (std::thread& thread : threads) thread.join();
    ASSERT_EQ(let_in, 1) << "round " << round;
    WaitNow();  // takes a Wake that came late
  }
  ExpectQuiet();
}

// A Wake that counts as one with an earlier one still tells what its thread has done before it: the
// thread sanitizer would call the look at `done` a race.
TEST_P(ThreadsTest, AWaitSeesWhatWasDoneBeforeEachWakeThatEndsIt) {
  int done = 0;
  std::atomic<bool> woken{false};
  EXPECT_THAT(poller().Wake(), Succeeds());
  std::thread thread([&] {
    done = 1;
    EXPECT_THAT(poller().Wake(), Succeeds());
    woken.store(true, std::memory_order_relaxed);
  });
  while (!woken.load(std::memory_order_relaxed)) sched_yield();
  EXPECT_THAT(Wait(kPatience), IsEmpty());
  EXPECT_EQ(done, 1);
  thread.join();
  ExpectQuiet();
}

}  // namespace
}  // namespace someos
