#include "someos/backends/base/process_lock.h"

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "gtest/gtest.h"
#include "someos/testing/child_process.h"

namespace someos::base {
namespace {

using Attempt = ProcessLock::Attempt;

TEST(ProcessLock, OneThreadAtATimeHoldsIt) {
  ProcessLock lock;
  int guarded = 0;
  std::vector<std::thread> threads;
  threads.reserve(4);
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&] {
      for (int i = 0; i < 10'000; ++i) {
        EXPECT_FALSE(lock.Lock());
        ++guarded;
        lock.Unlock();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(guarded, 40'000);
}

TEST(ProcessLock, AnAttemptDoesNotWait) {
  ProcessLock lock;
  EXPECT_EQ(lock.TryLock(), Attempt::kLocked);
  EXPECT_EQ(lock.TryLock(), Attempt::kHeld);
  lock.Unlock();
  EXPECT_EQ(lock.TryLock(), Attempt::kLocked);
  lock.Unlock();
}

TEST(ProcessLock, AForkedChildFindsItAbandonedOnce) {
  ProcessLock held, free;
  ASSERT_EQ(held.TryLock(), Attempt::kLocked);
  EXPECT_EQ(RunInChild([&]() -> std::string {
              if (!held.Lock()) return "not abandoned";
              if (held.TryLock() != Attempt::kHeld) return "not held by the child";
              held.Unlock();
              if (held.TryLock() != Attempt::kLocked) return "abandoned twice";
              if (free.TryLock() != Attempt::kLocked) return "a free one is not free";
              return "";
            }),
            "");
  EXPECT_EQ(held.TryLock(), Attempt::kHeld);
  held.Unlock();
}

}  // namespace
}  // namespace someos::base
