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

}  // namespace
}  // namespace someos::base
