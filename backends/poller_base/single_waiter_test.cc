#include "someos/backends/poller_base/single_waiter.h"

#include <atomic>
#include <thread>

#include "absl/status/status.h"
#include "gtest/gtest.h"

namespace someos::poller_base {
namespace {

TEST(SingleWaiterTest, OneOfManyThreadsMakesAClaim) {
  SingleWaiter waiter;
  std::atomic<bool> go{false};
  std::atomic<int> claims{0};
  std::thread threads[4];
  for (std::thread& thread : threads) {
    thread = std::thread([&] {
      while (!go) std::this_thread::yield();
      claims += waiter.Claim();
    });
  }
  go = true;
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(claims, 1);
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
