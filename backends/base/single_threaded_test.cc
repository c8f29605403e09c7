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

TEST(SingleThreadedTest, SetsAFlagOnce) {
  std::atomic<bool> flag{false};
  EXPECT_TRUE(SetFirst(flag));
  EXPECT_FALSE(SetFirst(flag));
  EXPECT_TRUE(flag);
}

TEST(SingleThreadedTest, OneOfManyThreadsSetsAFlag) {
  std::atomic<bool> flag{false};
  std::atomic<int> first{0};
  std::thread threads[4];
  for (std::thread& thread : threads) {
    thread = std::thread([&] { first += SetFirst(flag); });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(first, 1);
}

}  // namespace
}  // namespace someos::base
