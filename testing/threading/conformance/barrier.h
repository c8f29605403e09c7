// Barrier.

#ifndef SOMEOS_TESTING_THREADING_CONFORMANCE_BARRIER_H_
#define SOMEOS_TESTING_THREADING_CONFORMANCE_BARRIER_H_

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <optional>
#include <vector>

#include "absl/base/config.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/testing/clocks.h"
#include "someos/testing/status_matchers.h"
#include "someos/testing/threading/conformance/fixture.h"
#include "someos/testing/threading/crew.h"

namespace someos {

template <typename Threads>
class BarrierTest : public ThreadingTest<Threads> {
 protected:
  static auto IsBroken() {
    return FailsWithCode(absl::StatusCode::kAborted, "the barrier is broken");
  }
};
TYPED_TEST_SUITE_P(BarrierTest);

TYPED_TEST_P(BarrierTest, NeedsParties) {
  for (const int parties : {0, -1}) {
    typename TypeParam::Barrier barrier(parties);
    const auto error = [] {
      return FailsWithCode(absl::StatusCode::kInvalidArgument, "parties must be > 0");
    };
    EXPECT_THAT(barrier.status(), error());
    EXPECT_THAT(barrier.Wait(), error());
    EXPECT_THAT(barrier.Reset(), error());
    EXPECT_THAT(barrier.Abort(), error());
  }
}

TYPED_TEST_P(BarrierTest, OneThreadPassesAlone) {
  int actions = 0;
  typename TypeParam::Barrier barrier(1, [&] {
    ++actions;
    return absl::OkStatus();
  });
  EXPECT_THAT(barrier.status(), Succeeds());
  EXPECT_EQ(barrier.parties(), 1);
  EXPECT_THAT(barrier.Wait(), Returns(0));
  EXPECT_THAT(barrier.Wait(absl::Seconds(-1)), Returns(0));
  EXPECT_EQ(actions, 2);
  EXPECT_EQ(barrier.n_waiting(), 0);
  EXPECT_FALSE(barrier.broken());
}

TYPED_TEST_P(BarrierTest, ATimeoutBreaksIt) {
  typename TypeParam::Barrier barrier(2);
  const absl::Duration start = MonotonicNow();
  EXPECT_THAT(barrier.Wait(absl::Milliseconds(30)), this->IsBroken());
  EXPECT_GE(MonotonicNow() - start, absl::Milliseconds(30));
  EXPECT_TRUE(barrier.broken());
  EXPECT_EQ(barrier.n_waiting(), 0);
  EXPECT_THAT(barrier.Wait(), this->IsBroken());
  EXPECT_THAT(barrier.Reset(), Succeeds());
  EXPECT_FALSE(barrier.broken());
  EXPECT_THAT(barrier.Wait(absl::Seconds(-1)), this->IsBroken());

  typename TypeParam::Barrier with_timeout(2, nullptr, absl::Milliseconds(1));
  EXPECT_THAT(with_timeout.Wait(), this->IsBroken());
  EXPECT_THAT(with_timeout.Reset(), Succeeds());
  EXPECT_THAT(with_timeout.Wait(absl::Seconds(9223372037)),
              FailsWithCode(absl::StatusCode::kOutOfRange, "timeout value is too large"));
  EXPECT_FALSE(with_timeout.broken());
}

TYPED_TEST_P(BarrierTest, AbortBreaksItUntilReset) {
  typename TypeParam::Barrier barrier(1);
  EXPECT_THAT(barrier.Abort(), Succeeds());
  EXPECT_TRUE(barrier.broken());
  EXPECT_THAT(barrier.Wait(), this->IsBroken());
  EXPECT_THAT(barrier.Reset(), Succeeds());
  EXPECT_THAT(barrier.Wait(), Returns(0));
}

TYPED_TEST_P(BarrierTest, AnActionThatFailsBreaksIt) {
  absl::Status result = absl::DataLossError("no data");
  typename TypeParam::Barrier barrier(1, [&] { return result; });
  EXPECT_THAT(barrier.Wait(), FailsWithCode(absl::StatusCode::kDataLoss, "no data"));
  EXPECT_TRUE(barrier.broken());
  EXPECT_THAT(barrier.Wait(), this->IsBroken());
  result = absl::OkStatus();
  EXPECT_THAT(barrier.Reset(), Succeeds());
  EXPECT_THAT(barrier.Wait(), Returns(0));
}

TYPED_TEST_P(BarrierTest, AnExceptionThatLeavesTheActionBreaksIt) {
#ifdef ABSL_HAVE_EXCEPTIONS
  typename TypeParam::Barrier barrier(1, []() -> absl::Status { throw 7; });
  int caught = 0;
  try {
    barrier.Wait().IgnoreError();
  } catch (int thrown) {
    caught = thrown;
  }
  EXPECT_EQ(caught, 7);
  EXPECT_TRUE(barrier.broken());
  EXPECT_THAT(barrier.Reset(), Succeeds());
  EXPECT_FALSE(barrier.broken());
#else
  GTEST_SKIP() << "compiled without exceptions";
#endif
}

TYPED_TEST_P(BarrierTest, TheActionMayUseIt) {
  std::optional<typename TypeParam::Barrier> barrier;
  barrier.emplace(1, [&] {
    EXPECT_EQ(barrier->n_waiting(), 0);
    EXPECT_FALSE(barrier->broken());
    EXPECT_THAT(barrier->Wait(), FailsWithCode(absl::StatusCode::kFailedPrecondition,
                                               "the action of a barrier cannot wait for it"));
    return barrier->Abort();
  });
  EXPECT_THAT(barrier->Wait(), this->IsBroken());
  EXPECT_TRUE(barrier->broken());
}

TYPED_TEST_P(BarrierTest, AWaitThatNobodyCanEndIsAnError) {
  if (!TypeParam::Core::kInline) GTEST_SKIP() << "another thread can end it";
  typename TypeParam::Barrier barrier(2);
  for (int i = 0; i < 2; ++i) {
    EXPECT_THAT(barrier.Wait(), FailsWithCode(absl::StatusCode::kFailedPrecondition,
                                              "would wait for ever: there is one thread"));
    EXPECT_FALSE(barrier.broken());
    EXPECT_EQ(barrier.n_waiting(), 0);
  }
}

// Nobody passes before all have come and the action has run; each gets a number of its own; and
// those that come for the next round do not mix with this one's.
TYPED_TEST_P(BarrierTest, AllPassTogetherAgainAndAgain) {
  SOMEOS_NEEDS_THREADS();
  constexpr int kParties = 4;
  constexpr int kRounds = 500;
  std::atomic<int> came{0};
  std::atomic<int> actions{0};
  std::array<std::atomic<int>, kParties> taken = {};
  typename TypeParam::Barrier barrier(kParties, [&] {
    EXPECT_EQ(came, kParties * (actions + 1));
    ++actions;
    return absl::OkStatus();
  });
  Crew crew;
  crew.RunInEach(kParties, [&] {
    for (int round = 0; round < kRounds; ++round) {
      ++came;
      const absl::StatusOr<int> index = barrier.Wait();
      ASSERT_THAT(index, Succeeds());
      ASSERT_GT(actions, round);
      ++taken[static_cast<size_t>(*index)];
    }
  });
  crew.Join();
  EXPECT_EQ(actions, kRounds);
  for (const std::atomic<int>& times : taken) EXPECT_EQ(times, kRounds);
}

TYPED_TEST_P(BarrierTest, OneThatGivesUpBreaksItForAll) {
  SOMEOS_NEEDS_THREADS();
  typename TypeParam::Barrier barrier(4);
  Crew crew;
  crew.RunInEach(2, [&] { EXPECT_THAT(barrier.Wait(), this->IsBroken()); });
  crew.AwaitAsleep();
  EXPECT_EQ(barrier.n_waiting(), 2);
  EXPECT_THAT(barrier.Wait(absl::Milliseconds(1)), this->IsBroken());
  crew.Join();
  EXPECT_TRUE(barrier.broken());
}

TYPED_TEST_P(BarrierTest, AbortAndResetThrowTheWaitingOut) {
  SOMEOS_NEEDS_THREADS();
  typename TypeParam::Barrier barrier(3);
  for (const bool abort : {true, false}) {
    Crew crew;
    crew.RunInEach(2, [&] { EXPECT_THAT(barrier.Wait(), this->IsBroken()); });
    crew.AwaitAsleep();
    EXPECT_EQ(barrier.n_waiting(), 2);
    EXPECT_THAT(abort ? barrier.Abort() : barrier.Reset(), Succeeds());
    EXPECT_EQ(barrier.broken(), abort);
    crew.Join();
    if (abort) {
      EXPECT_THAT(barrier.Reset(), Succeeds());
    }
    EXPECT_EQ(barrier.n_waiting(), 0);
  }
  Crew crew;
  crew.RunInEach(2, [&] { EXPECT_THAT(barrier.Wait(), Succeeds()); });
  EXPECT_THAT(barrier.Wait(), Succeeds());
}

// The last one comes at about the time of the timeout: all pass, or none.
TYPED_TEST_P(BarrierTest, ItBreaksForAllOrForNone) {
  SOMEOS_NEEDS_THREADS();
  constexpr int kOthers = 5;
  for (int round = 0; round < 60; ++round) {
    typename TypeParam::Barrier barrier(kOthers + 1);
    std::atomic<int> passed{0};
    const auto wait = [&] {
      if (barrier.Wait(absl::Milliseconds(2)).ok()) ++passed;
    };
    Crew crew;
    crew.RunInEach(kOthers, wait);
    const absl::Duration start = MonotonicNow();
    while (MonotonicNow() - start < absl::Microseconds(1000 + 25 * round)) {
    }
    wait();
    crew.Join();
    EXPECT_EQ(passed, barrier.broken() ? 0 : kOthers + 1);
  }
}

// When all have come, it is too late to give up: the action takes as long as it takes.
TYPED_TEST_P(BarrierTest, NoTimeoutPassesDuringTheAction) {
  SOMEOS_NEEDS_THREADS();
  constexpr absl::Duration kTimeout = absl::Milliseconds(100);
  typename TypeParam::Event released;
  typename TypeParam::Barrier barrier(2, [&] {
    const absl::Duration start = MonotonicNow();
    while (MonotonicNow() - start < kTimeout * 2) {
      released.Wait(absl::Milliseconds(10)).IgnoreError();
    }
    return absl::OkStatus();
  });
  absl::StatusOr<int> index = absl::UnknownError("not called");
  Crew crew;
  crew.Run([&] { index = barrier.Wait(kTimeout); });
  const absl::StatusOr<int> mine = barrier.Wait();
  crew.Join();
  if (barrier.broken()) GTEST_SKIP() << "the machine was too slow";
  EXPECT_THAT(mine, Succeeds());
  EXPECT_THAT(index, Succeeds());
}

REGISTER_TYPED_TEST_SUITE_P(BarrierTest, NeedsParties, OneThreadPassesAlone, ATimeoutBreaksIt,
                            AbortBreaksItUntilReset, AnActionThatFailsBreaksIt,
                            AnExceptionThatLeavesTheActionBreaksIt, TheActionMayUseIt,
                            AWaitThatNobodyCanEndIsAnError, AllPassTogetherAgainAndAgain,
                            OneThatGivesUpBreaksItForAll, AbortAndResetThrowTheWaitingOut,
                            ItBreaksForAllOrForNone, NoTimeoutPassesDuringTheAction);

}  // namespace someos

#endif  // SOMEOS_TESTING_THREADING_CONFORMANCE_BARRIER_H_
