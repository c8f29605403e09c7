#include "someos/backends/base/process_lock.h"

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "gtest/gtest.h"
#include "someos/testing/child_process.h"

namespace someos::base {
namespace {

using Attempt = ProcessLock::Attempt;

// Clang's analysis does not follow a lock through TryLock, and through a child.
bool Lock(ProcessLock& lock) ABSL_NO_THREAD_SAFETY_ANALYSIS { return lock.Lock(); }
void Unlock(ProcessLock& lock) ABSL_NO_THREAD_SAFETY_ANALYSIS { lock.Unlock(); }

TEST(ProcessLock, OneThreadAtATimeHoldsIt) {
  ProcessLock lock;
  int guarded = 0;
  std::vector<std::thread> threads;
  threads.reserve(4);
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&] {
      for (int i = 0; i < 10'000; ++i) {
        EXPECT_FALSE(Lock(lock));
        ++guarded;
        Unlock(lock);
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
  Unlock(lock);
  EXPECT_EQ(lock.TryLock(), Attempt::kLocked);
  Unlock(lock);
}

TEST(ProcessLock, AHolderHoldsItWhileItLives) {
  ProcessLock lock;
  {
    const ProcessLockHolder holder(lock);
    EXPECT_FALSE(holder.abandoned());
    EXPECT_EQ(lock.TryLock(), Attempt::kHeld);
    EXPECT_EQ(RunInChild([&]() -> std::string {
                return ProcessLockHolder(lock).abandoned() ? "" : "not abandoned";
              }),
              "");
  }
  EXPECT_EQ(lock.TryLock(), Attempt::kLocked);
  Unlock(lock);
}

TEST(ProcessLock, AForkedChildFindsItAbandonedOnce) {
  ProcessLock held, free;
  ASSERT_EQ(held.TryLock(), Attempt::kLocked);
  EXPECT_EQ(RunInChild([&]() -> std::string {
              if (!Lock(held)) return "not abandoned";
              if (held.TryLock() != Attempt::kHeld) return "not held by the child";
              Unlock(held);
              if (held.TryLock() != Attempt::kLocked) return "abandoned twice";
              if (free.TryLock() != Attempt::kLocked) return "a free one is not free";
              return "";
            }),
            "");
  EXPECT_EQ(held.TryLock(), Attempt::kHeld);
  Unlock(held);
}

}  // namespace
}  // namespace someos::base
