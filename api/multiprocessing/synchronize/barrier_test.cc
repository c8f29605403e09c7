#include "someos/api/multiprocessing/synchronize/barrier.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <optional>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/errno_status.h"
#include "someos/api/multiprocessing/shared_memory/shared_memory.h"
#include "someos/testing/expect_in_child.h"
#include "someos/testing/status_matchers.h"

namespace someos::multiprocessing {
namespace {

using testing::ElementsAre;

// Long enough for any machine.
constexpr absl::Duration kLong = absl::Seconds(100);

auto IsBroken() { return FailsWithCode(absl::StatusCode::kAborted, "the barrier is broken"); }

// A counter that processes share.
class Counter {
 public:
  Counter() : memory_(*SharedMemory::CreateAnonymous(sizeof(std::atomic<int>))) {}
  std::atomic<int>& value() { return *reinterpret_cast<std::atomic<int>*>(memory_.buf().data()); }

 private:
  SharedMemory memory_;
};

void AwaitWaiters(const Barrier& barrier, int count) {
  while (barrier.n_waiting() < count) std::this_thread::yield();
}

TEST(BarrierTest, IsMadeForOneOrMore) {
  EXPECT_THAT(Barrier::Create(0),
              FailsWithCode(absl::StatusCode::kInvalidArgument, "parties must be > 0"));
  Barrier barrier = *Barrier::Create(1);
  EXPECT_EQ(barrier.parties(), 1);
  EXPECT_EQ(barrier.n_waiting(), 0);
  EXPECT_FALSE(barrier.broken());
  for (int i = 0; i < 3; ++i) EXPECT_EQ(*barrier.Wait(), 0);
}

TEST(BarrierTest, ThreadsPassTogether) {
  constexpr int kRounds = 20;
  Barrier barrier = *Barrier::Create(3);
  std::vector<int> indices[kRounds];
  std::atomic<int> come[kRounds] = {};
  std::vector<int> got[3];
  const auto run = [&](int self) {
    for (std::atomic<int>& in_round : come) {
      ++in_round;
      const absl::StatusOr<int> index = barrier.Wait(kLong);
      ASSERT_THAT(index, Succeeds());
      EXPECT_EQ(in_round, 3);
      got[self].push_back(*index);
    }
  };
  std::thread first(run, 0);
  std::thread second(run, 1);
  run(2);
  first.join();
  second.join();
  for (int round = 0; round < kRounds; ++round) {
    for (const std::vector<int>& indices_of_thread : got) {
      indices[round].push_back(indices_of_thread[round]);
    }
    std::sort(indices[round].begin(), indices[round].end());
    EXPECT_THAT(indices[round], ElementsAre(0, 1, 2)) << round;
  }
}

TEST(BarrierTest, ProcessesPassTogether) {
  constexpr int kRounds = 20;
  Barrier barrier = *Barrier::Create(3);
  Counter come;
  const auto run = [&](Barrier& own) {
    for (int round = 1; round <= kRounds; ++round) {
      ++come.value();
      ASSERT_THAT(own.Wait(kLong), Succeeds());
      EXPECT_EQ(come.value(), 3 * round);
      ASSERT_THAT(own.Wait(kLong), Succeeds());
    }
  };
  std::thread inherited([&] { ExpectInChild([&] { run(barrier); }); });
  std::thread opened([&] {
    ExpectInChild([&] {
      absl::StatusOr<Barrier> own = Barrier::Open(barrier.state());
      ASSERT_THAT(own, Succeeds());
      EXPECT_EQ(own->parties(), 3);
      run(*own);
    });
  });
  run(barrier);
  inherited.join();
  opened.join();
}

TEST(BarrierTest, TheLastOneActs) {
  int acted = 0;
  Barrier barrier = *Barrier::Create(2, [&] {
    ++acted;
    return absl::OkStatus();
  });
  std::thread first([&] {
    EXPECT_THAT(barrier.Wait(kLong), Succeeds());
    EXPECT_EQ(acted, 1);
  });
  AwaitWaiters(barrier, 1);
  EXPECT_EQ(acted, 0);
  EXPECT_THAT(barrier.Wait(), Succeeds());
  EXPECT_EQ(acted, 1);
  first.join();
}

TEST(BarrierTest, AnActionThatFailsBreaksIt) {
  Barrier barrier = *Barrier::Create(2, [] { return absl::InternalError("action"); });
  std::thread first([&] { EXPECT_THAT(barrier.Wait(kLong), IsBroken()); });
  AwaitWaiters(barrier, 1);
  EXPECT_THAT(barrier.Wait(), FailsWithCode(absl::StatusCode::kInternal, "action"));
  first.join();
  EXPECT_TRUE(barrier.broken());
}

TEST(BarrierTest, AnActionMayAbortAndCannotWait) {
  std::optional<Barrier> barrier;
  absl::StatusOr<int> waited;
  barrier.emplace(*Barrier::Create(1, [&] {
    waited = barrier->Wait();
    return barrier->Abort();
  }));
  EXPECT_THAT(barrier->Wait(), IsBroken());
  EXPECT_THAT(waited, FailsWithCode(absl::StatusCode::kFailedPrecondition,
                                    "the action of a barrier cannot wait for it"));
  EXPECT_THAT(barrier->Reset(), Succeeds());
  EXPECT_FALSE(barrier->broken());
}

#ifdef __cpp_exceptions
TEST(BarrierTest, AnExceptionOfTheActionBreaksIt) {
  Barrier barrier = *Barrier::Create(1, []() -> absl::Status { throw 7; });
  EXPECT_THROW(static_cast<void>(barrier.Wait()), int);
  EXPECT_TRUE(barrier.broken());
  ExpectInChild([&] { EXPECT_THAT(barrier.Reset(), Succeeds()); });  // the lock is free
}
#endif

TEST(BarrierTest, GivingUpBreaksItForAll) {
  Barrier barrier = *Barrier::Create(3, nullptr, absl::Milliseconds(20));
  std::thread first([&] { EXPECT_THAT(barrier.Wait(kLong), IsBroken()); });
  AwaitWaiters(barrier, 1);
  EXPECT_THAT(barrier.Wait(), IsBroken());  // by the barrier's own timeout
  first.join();
  EXPECT_TRUE(barrier.broken());
  EXPECT_EQ(barrier.n_waiting(), 0);
  ExpectInChild([&] {
    EXPECT_TRUE(barrier.broken());
    EXPECT_THAT(barrier.Wait(), IsBroken());
    EXPECT_THAT(barrier.Reset(), Succeeds());
  });
  EXPECT_FALSE(barrier.broken());
}

TEST(BarrierTest, WhoWaitsNotAtAllBreaksItUnlessItIsTheLast) {
  Barrier barrier = *Barrier::Create(2);
  EXPECT_THAT(barrier.Wait(-absl::Seconds(1)), IsBroken());
  EXPECT_THAT(barrier.Reset(), Succeeds());
  std::thread first([&] { EXPECT_THAT(barrier.Wait(kLong), Succeeds()); });
  AwaitWaiters(barrier, 1);
  EXPECT_THAT(barrier.Wait(absl::ZeroDuration()), Succeeds());
  first.join();
}

TEST(BarrierTest, ResetAndAbortWakeThoseThatWait) {
  Barrier barrier = *Barrier::Create(3);
  for (const bool abort : {false, true}) {
    std::thread first([&] { EXPECT_THAT(barrier.Wait(kLong), IsBroken()); });
    std::thread second(
        [&] { ExpectInChild([&] { EXPECT_THAT(barrier.Wait(kLong), IsBroken()); }); });
    AwaitWaiters(barrier, 2);
    EXPECT_THAT(abort ? barrier.Abort() : barrier.Reset(), Succeeds());
    first.join();
    second.join();
    EXPECT_EQ(barrier.broken(), abort);
  }
  EXPECT_THAT(barrier.Reset(), Succeeds());
  EXPECT_FALSE(barrier.broken());
}

TEST(BarrierTest, WhatIsNoBarrierIsNotOpened) {
  Barrier barrier = *Barrier::Create(2);
  const auto opened = [&](auto change) {
    Barrier::State state = barrier.state();
    change(state);
    return Barrier::Open(state).status();
  };
  const auto invalid = [](const char* message) {
    return FailsWithCode(absl::StatusCode::kInvalidArgument, message);
  };
  constexpr char kOutside[] = "the numbers of the barrier are not within its memory";
  EXPECT_THAT(opened([](Barrier::State& s) { s.parties = 0; }), invalid("parties must be > 0"));
  EXPECT_THAT(opened([](Barrier::State& s) { s.offset = 1; }), invalid(kOutside));
  EXPECT_THAT(opened([](Barrier::State& s) { s.offset = 1 << 20; }), invalid(kOutside));
  EXPECT_THAT(opened([](Barrier::State& s) { s.offset = UINT64_MAX - 3; }), invalid(kOutside));
  EXPECT_EQ(ErrnoOf(opened([](Barrier::State& s) { s.descriptor = -1; })), EBADF);
  EXPECT_EQ(ErrnoOf(opened([](Barrier::State& s) { s.condition.lock.name = "/mp-none"; })), ENOENT);
}

}  // namespace
}  // namespace someos::multiprocessing
