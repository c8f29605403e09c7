#include "someos/backends/poller_base/single_waiter.h"

#include <atomic>
#include <thread>

#include "absl/status/status.h"
#include "gtest/gtest.h"

namespace someos::poller_base {
namespace {

// In many rounds, which the threads begin together: the moment between a look at the flag and the
// setting of it is short.
TEST(SingleWaiterTest, OneOfManyThreadsMakesAClaim) {
  constexpr int kThreads = 4;
  constexpr int kRounds = 5000;
  SingleWaiter waiter;
  std::atomic<int> round{0};
  std::atomic<int> claims{0};
  std::atomic<int> answers{0};
  std::thread threads[kThreads];
  for (std::thread& thread : threads) {
    thread = std::thread([&] {
      for (int mine = 1; mine <= kRounds; ++mine) {
        while (round < mine) std::this_thread::yield();
        claims += waiter.Claim() ? 1 : 0;
        ++answers;
      }
    });
  }
  for (int i = 1; i <= kRounds; ++i) {
    claims = 0;
    answers = 0;
    waiter.Release();
    round = i;
    while (answers < kThreads) std::this_thread::yield();
    EXPECT_EQ(claims, 1);
  }
  for (std::thread& thread : threads) thread.join();
}

TEST(SingleWaiterTest, AClaimCanBeMadeAgainAfterItsRelease) {
  SingleWaiter waiter;
  std::thread([&] {
    ASSERT_TRUE(waiter.Claim());
    EXPECT_FALSE(waiter.Claim());
    {
      const SingleWaiter::ScopedRelease release(waiter);
    }
    EXPECT_TRUE(waiter.Claim());
    waiter.Release();
    EXPECT_TRUE(waiter.Claim());
  }).join();
}

TEST(SingleWaiterTest, OneThatIsAloneClaimsNothingFromOthers) {
  SingleWaiter waiter;
  std::thread([&] {
    EXPECT_TRUE(waiter.Claim(/*externally_synchronized=*/true));
    EXPECT_TRUE(waiter.Claim());
  }).join();
}

TEST(SingleWaiterTest, TheRefusalSaysWhy) {
  EXPECT_EQ(SingleWaiter::Refusal().Take().status(),
            absl::FailedPreconditionError("wait: another thread is waiting on this poller"));
}

}  // namespace
}  // namespace someos::poller_base
