#include "someos/backends/base/single_threaded.h"

#include <atomic>
#include <thread>

#include "gtest/gtest.h"

namespace someos::base {
namespace {

TEST(SingleThreadedTest, IsFalseWhileThereIsAnotherThread) {
  std::atomic<bool> done{false};
  std::thread thread([&] {
    EXPECT_FALSE(SingleThreaded());
    while (!done) std::this_thread::yield();
  });
  EXPECT_FALSE(SingleThreaded());
  done = true;
  thread.join();
}

TEST(SingleThreadedTest, OneOfManyThreadsMakesAClaim) {
  std::atomic<bool> flag{false};
  std::atomic<bool> go{false};
  std::atomic<int> claims{0};
  std::thread threads[4];
  for (std::thread& thread : threads) {
    thread = std::thread([&] {
      while (!go) std::this_thread::yield();
      claims += Claim(flag, false);
    });
  }
  go = true;
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(claims, 1);
  EXPECT_TRUE(flag);
}

TEST(SingleThreadedTest, WhoIsAloneNeedsNoFlag) {
  std::thread([] {}).join();
  std::atomic<bool> flag{false};
  EXPECT_TRUE(Claim(flag, /*alone=*/true));
  EXPECT_FALSE(flag);
}

}  // namespace
}  // namespace someos::base
