// Promise 8, second half: registrations change from any thread while another waits, and the running
// Wait sees it.

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <random>
#include <set>
#include <thread>
#include <vector>

#include "absl/base/dynamic_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/event.h"
#include "someos/api/interest.h"
#include "someos/api/poller.h"
#include "someos/testing/clocks.h"
#include "someos/testing/pipe.h"
#include "someos/testing/poller/conformance/fixture.h"
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

TEST_P(ThreadsTest, RegisterOfAReadyDescriptorDuringWait) {
  for (int i = 0; i < 20; ++i) {
    const Pipe pipe;
    WriteText(pipe.writer.get(), "x");
    WaitingThread waiter(poller());
    waiter.AwaitInside();
    Register(pipe.reader.get(), Interest::kReadable, 7);
    const auto events = waiter.Join();
    ASSERT_THAT(events, Succeeds());
    ASSERT_THAT(*events, ElementsAre(EventOf(pipe.reader.get(), Readiness::kReadable)));
    EXPECT_EQ((*events)[0].data, 7u);
    Unregister(pipe.reader.get());
  }
}

// It may be reported as closed, or not at all, but not as ready.
TEST_P(ThreadsTest, ADescriptorClosedDuringWaitIsOnlyInvalid) {
  for (const Interest interest : {Interest::kReadable, kReadAndWrite}) {
    for (const bool another_is_ready : {false, true}) {
      SocketPair closed;
      const Pipe other;
      const int fd = closed.near.get();
      Fill(fd);
      Register(fd, interest);
      Register(other.reader.get(), Interest::kReadable);
      WaitingThread waiter(poller(), another_is_ready ? kPatience : 3 * kQuiet);
      waiter.AwaitInside();
      absl::SleepFor(kQuiet);  // for the thread to get into the kernel, or the test shows nothing
      closed.near.reset();
      if (another_is_ready) WriteText(other.writer.get(), "x");
      const auto events = waiter.Join();
      ASSERT_THAT(events, Succeeds());
      for (const Event& event : *events) {
        EXPECT_TRUE(event.fd != fd || event.readiness == Readiness::kInvalid)
            << absl::StrCat(event);
      }
      for (const Event& event : WaitNow()) {
        EXPECT_TRUE(event.fd != fd || event.readiness == Readiness::kInvalid)
            << absl::StrCat(event);
      }
      Unregister(fd);
      Unregister(other.reader.get());
    }
  }
}

TEST_P(ThreadsTest, RegisterDuringWaitThenReady) {
  for (int i = 0; i < 20; ++i) {
    const Pipe pipe;
    WaitingThread waiter(poller());
    waiter.AwaitInside();
    Register(pipe.reader.get(), Interest::kReadable);
    WriteText(pipe.writer.get(), "x");
    const auto events = waiter.Join();
    ASSERT_THAT(events, Succeeds());
    ASSERT_THAT(*events, ElementsAre(EventOf(pipe.reader.get(), Readiness::kReadable)));
    Unregister(pipe.reader.get());
  }
}

TEST_P(ThreadsTest, RegisterOfARegularFileDuringWait) {
  const ScopedFd file = TemporaryFile();
  WaitingThread waiter(poller());
  waiter.AwaitInside();
  Register(file.get(), Interest::kReadable);
  const auto events = waiter.Join();
  ASSERT_THAT(events, Succeeds());
  EXPECT_THAT(*events, ElementsAre(EventOf(file.get(), Readiness::kReadable)));
}

TEST_P(ThreadsTest, ModifyDuringWait) {
  for (int i = 0; i < 20; ++i) {
    const Pipe pipe;
    WriteText(pipe.writer.get(), "x");
    Register(pipe.reader.get(), Interest::kNone, 1);
    WaitingThread waiter(poller());
    waiter.AwaitInside();
    Modify(pipe.reader.get(), Interest::kReadable, 2);
    const auto events = waiter.Join();
    ASSERT_THAT(events, Succeeds());
    ASSERT_THAT(*events, ElementsAre(EventOf(pipe.reader.get(), Readiness::kReadable)));
    EXPECT_EQ((*events)[0].data, 2u);
    Unregister(pipe.reader.get());
  }
}

TEST_P(ThreadsTest, ModifyArmsAOneShotDuringWait) {
  const Pipe pipe;
  WriteText(pipe.writer.get(), "x");
  Register(pipe.reader.get(), Interest::kReadable, 0, Trigger::kOneShot);
  EXPECT_THAT(WaitReady(), ElementsAre(EventOf(pipe.reader.get(), Readiness::kReadable)));
  for (int i = 0; i < 20; ++i) {
    WaitingThread waiter(poller());
    waiter.AwaitInside();
    Modify(pipe.reader.get(), Interest::kReadable, 0, Trigger::kOneShot);
    const auto events = waiter.Join();
    ASSERT_THAT(events, Succeeds());
    ASSERT_THAT(*events, ElementsAre(EventOf(pipe.reader.get(), Readiness::kReadable)));
  }
}

TEST_P(ThreadsTest, ModifyTakesAwayAnInterestDuringWait) {
  for (int i = 0; i < 20; ++i) {
    const SocketPair pair;
    Register(pair.near.get(), Interest::kReadable);
    WaitingThread waiter(poller());
    waiter.AwaitInside();
    Modify(pair.near.get(), Interest::kNone);
    WriteText(pair.far.get(), "x");
    EXPECT_THAT(poller().Wake(), Succeeds());
    const auto events = waiter.Join();
    ASSERT_THAT(events, Succeeds());
    ASSERT_THAT(*events, IsEmpty());
    Unregister(pair.near.get());
  }
}

TEST_P(ThreadsTest, UnregisterDuringWait) {
  for (int i = 0; i < 20; ++i) {
    const Pipe pipe;
    Register(pipe.reader.get(), Interest::kReadable);
    WaitingThread waiter(poller());
    waiter.AwaitInside();
    Unregister(pipe.reader.get());
    WriteText(pipe.writer.get(), "x");  // heard by nobody
    EXPECT_THAT(poller().Wake(), Succeeds());
    const auto events = waiter.Join();
    ASSERT_THAT(events, Succeeds());
    ASSERT_THAT(*events, IsEmpty());
  }
}

TEST_P(ThreadsTest, BatchDuringWait) {
  const Pipe first;
  const Pipe second;
  WriteText(second.writer.get(), "x");
  WaitingThread waiter(poller());
  waiter.AwaitInside();
  const Change changes[] = {Change::Register(first.reader.get(), Interest::kReadable, 1),
                            Change::Register(second.reader.get(), Interest::kReadable, 2)};
  EXPECT_THAT(poller().Apply(changes), Succeeds());
  const auto events = waiter.Join();
  ASSERT_THAT(events, Succeeds());
  EXPECT_THAT(*events, ElementsAre(EventOf(second.reader.get(), Readiness::kReadable)));
}

// The waiter may be woken to take a change, but the caller must not see it.
TEST_P(ThreadsTest, ChangesDoNotEndATimedWait) {
  constexpr absl::Duration kTimeout = absl::Milliseconds(100);
  const Pipe pipe;
  WaitingThread waiter(poller(), kTimeout);
  waiter.AwaitInside();
  int changes = 0;
  while (!waiter.done()) {
    Register(pipe.reader.get(), Interest::kReadable);
    Modify(pipe.reader.get(), Interest::kNone);
    Unregister(pipe.reader.get());
    ++changes;
  }
  EXPECT_GT(changes, 0);
  const auto events = waiter.Join();
  ASSERT_THAT(events, Succeeds());
  EXPECT_THAT(*events, IsEmpty());
  EXPECT_GE(waiter.elapsed(), kTimeout);
  EXPECT_LT(waiter.elapsed(), kTimeout + absl::Seconds(5));
  ExpectQuiet();
}

TEST_P(ThreadsTest, SecondWaitIsRefused) {
  const Pipe pipe;
  Register(pipe.reader.get(), Interest::kReadable);
  WaitingThread waiter(poller());
  waiter.AwaitInside();
  Event event;
  for (const absl::Duration timeout : {absl::ZeroDuration(), kPatience, absl::InfiniteDuration()}) {
    EXPECT_THAT(poller().Wait(absl::MakeSpan(&event, 1), timeout),
                FailsWithCode(absl::StatusCode::kFailedPrecondition, "wait"));
  }
  // The first is unharmed, and after it the poller is free again.
  EXPECT_FALSE(waiter.done());
  WriteText(pipe.writer.get(), "x");
  const auto events = waiter.Join();
  ASSERT_THAT(events, Succeeds());
  EXPECT_THAT(*events, ElementsAre(EventOf(pipe.reader.get(), Readiness::kReadable)));
  EXPECT_THAT(WaitReady(), ElementsAre(EventOf(pipe.reader.get(), Readiness::kReadable)));
}

TEST_P(ThreadsTest, WaitMovesBetweenThreads) {
  const Pipe pipe;
  Register(pipe.reader.get(), Interest::kReadable);
  WriteText(pipe.writer.get(), "x");
  for (int i = 0; i < 3; ++i) {
    WaitingThread waiter(poller());
    const auto events = waiter.Join();
    ASSERT_THAT(events, Succeeds());
    ASSERT_THAT(*events, ElementsAre(EventOf(pipe.reader.get(), Readiness::kReadable)));
    EXPECT_THAT(WaitReady(), ElementsAre(EventOf(pipe.reader.get(), Readiness::kReadable)));
  }
}

// Four threads, each with descriptors of its own, register, modify and unregister at random while
// one waits. Every call must succeed, every event must name a known descriptor with that
// descriptor's data, and what is registered in the end must be reported.
TEST_P(ThreadsTest, Storm) {
  constexpr int kThreads = 4;
  constexpr int kPipes = 8;
  constexpr int kSteps = Rounds(1500);
  std::array<std::array<Pipe, kPipes>, kThreads> pipes;
  std::set<int> known;
  for (const auto& mine : pipes) {
    for (const Pipe& pipe : mine) known.insert(pipe.reader.get());
  }
  // The upper half of the data is the descriptor, the lower half changes with every call.
  const auto data = [](int fd, uint32_t serial) { return uint64_t(fd) << 32 | serial; };

  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      std::minstd_rand random(static_cast<unsigned>(t + 1));
      std::array<bool, kPipes> registered = {};
      std::array<bool, kPipes> written = {};
      for (uint32_t step = 0; step < kSteps; ++step) {
        const size_t i = random() % kPipes;
        const int fd = pipes[t][i].reader.get();
        const Interest interest = random() % 4 == 0 ? Interest::kNone : Interest::kReadable;
        const Trigger trigger = random() % 4 == 0 ? Trigger::kOneShot : Trigger::kLevel;
        if (!registered[i]) {
          ASSERT_THAT(poller().Register(fd, interest, data(fd, step), trigger), Succeeds());
          registered[i] = true;
        } else if (random() % 2 == 0) {
          ASSERT_THAT(poller().Modify(fd, interest, data(fd, step), trigger), Succeeds());
        } else {
          ASSERT_THAT(poller().Unregister(fd), Succeeds());
          registered[i] = false;
        }
        if (random() % 8 == 0) {
          if (written[i]) {
            ReadAvailable(fd);
          } else {
            WriteText(pipes[t][i].writer.get(), "x");
          }
          written[i] = !written[i];
        }
      }
      for (size_t i = 0; i < kPipes; ++i) {
        const int fd = pipes[t][i].reader.get();
        if (registered[i]) {
          ASSERT_THAT(poller().Unregister(fd), Succeeds());
        }
        ASSERT_THAT(poller().Register(fd, Interest::kReadable, data(fd, kSteps)), Succeeds());
        if (!written[i]) WriteText(pipes[t][i].writer.get(), "x");
      }
    });
  }

  // Every descriptor is level-triggered and readable in the end.
  std::set<int> finished;
  std::vector<Event> events(16);
  const absl::Duration deadline = MonotonicNow() + 3 * kPatience;
  while (finished.size() < known.size() && MonotonicNow() < deadline) {
    const absl::StatusOr<size_t> count = poller().Wait(absl::MakeSpan(events), kPatience);
    EXPECT_THAT(count, Succeeds());
    if (!count.ok()) break;
    for (const Event& event : absl::MakeSpan(events).first(*count)) {
      EXPECT_EQ(known.count(event.fd), 1u) << absl::StrCat(event);
      EXPECT_EQ(event.data >> 32, static_cast<uint64_t>(event.fd)) << absl::StrCat(event);
      EXPECT_EQ(event.readiness, Readiness::kReadable) << absl::StrCat(event);
      if ((event.data & UINT32_MAX) == kSteps) finished.insert(event.fd);
    }
  }
  EXPECT_EQ(finished, known);
  for (std::thread& thread : threads) thread.join();
  for (const int fd : known) Unregister(fd);
  ExpectQuiet();
}

// Two sockets whose numbers others may come upon while they are made and closed, which
// ThreadSanitizer calls a race. (Sockets: fstat(2) may not be able to tell two pipes apart.)
class ReusablePair {
 public:
  ReusablePair() {
    ABSL_ANNOTATE_IGNORE_WRITES_BEGIN();
    pair_.emplace();
    ABSL_ANNOTATE_IGNORE_WRITES_END();
  }
  ~ReusablePair() {
    ABSL_ANNOTATE_IGNORE_WRITES_BEGIN();
    pair_.reset();
    ABSL_ANNOTATE_IGNORE_WRITES_END();
  }
  const SocketPair* operator->() const { return &*pair_; }

 private:
  std::optional<SocketPair> pair_;
};

// Threads open, register, use and close descriptors, so that numbers go from one thread to another
// while one waits. No call may fail, and no event may carry the data of another number.
void PassNumbersAround(Poller& poller, bool unregister) {
  constexpr int kThreads = 3;
  constexpr uint32_t kSteps = Rounds(600);
  std::atomic<int> running{kThreads};
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&] {
      for (uint32_t step = 0; step < kSteps; ++step) {
        const ReusablePair pair;
        const int fd = pair->near.get();
        EXPECT_THAT(poller.Register(fd, Interest::kReadable, uint64_t(fd) << 32 | step),
                    Succeeds());
        WriteText(pair->far.get(), "x");
        if (!unregister && step % 3 == 0) continue;
        EXPECT_THAT(poller.Unregister(fd), Succeeds());
      }
      --running;
      EXPECT_THAT(poller.Wake(), Succeeds());
    });
  }
  std::vector<Event> events(16);
  while (running.load() > 0) {
    const absl::StatusOr<size_t> count = poller.Wait(absl::MakeSpan(events), kPatience);
    EXPECT_THAT(count, Succeeds());
    if (!count.ok()) break;
    for (const Event& event : absl::MakeSpan(events).first(*count)) {
      EXPECT_EQ(event.data >> 32, static_cast<uint64_t>(event.fd)) << absl::StrCat(event);
    }
  }
  for (std::thread& thread : threads) thread.join();
}

TEST_P(ThreadsTest, NumbersGoAround) { PassNumbersAround(poller(), /*unregister=*/true); }

TEST_P(ThreadsTest, NumbersGoAroundWithoutUnregister) {
  PassNumbersAround(poller(), /*unregister=*/false);
}

}  // namespace
}  // namespace someos
