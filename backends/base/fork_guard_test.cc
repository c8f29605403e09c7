#include "someos/backends/base/fork_guard.h"

#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <memory>
#include <thread>

#include "absl/synchronization/mutex.h"
#include "gtest/gtest.h"
#include "someos/testing/bare_clone.h"

namespace someos::base {
namespace {

// Two numbers that are the same whenever the mutex is free.
struct Twins {
  absl::Mutex mutex;
  int first = 0;
  int second = 0;
};

// The exit status of a forked child that runs `body`; -1 if it hangs or dies.
template <typename Body>
int StatusOfChild(Body body) {
  const pid_t child = fork();
  if (child == 0) {
    alarm(20);  // a mutex that stays locked
    _exit(body());
  }
  int result = 0;
  return waitpid(child, &result, 0) == child && WIFEXITED(result) ? WEXITSTATUS(result) : -1;
}

// Forks, and returns whether the child could lock the mutex and found the twins the same.
bool ChildFindsOrder(Twins& twins) {
  return StatusOfChild([&twins] {
           absl::MutexLock lock(twins.mutex);
           return twins.first == twins.second ? 0 : 1;
         }) == 0;
}

TEST(ForkGuardTest, ForksComeBetweenCriticalSections) {
  Twins twins;
  const ForkGuard guard(twins.mutex);
  std::atomic<bool> stop{false};
  std::thread holder([&] {
    while (!stop.load()) {
      {
        absl::MutexLock lock(twins.mutex);
        ++twins.first;
        std::this_thread::yield();
        ++twins.second;
      }
      // An absl::Mutex goes to whoever comes first, which one who has to be woken is not: a thread
      // that unlocks it only to lock it again would keep a fork waiting for a second and more.
      std::this_thread::yield();
    }
  });
  for (int i = 0; i < 200; ++i) ASSERT_TRUE(ChildFindsOrder(twins)) << i;
  stop = true;
  holder.join();
}

TEST(ForkGuardTest, TheParentsMutexWorksOn) {
  Twins twins;
  const ForkGuard guard(twins.mutex);
  EXPECT_TRUE(ChildFindsOrder(twins));
  const bool free = twins.mutex.try_lock();
  if (free) twins.mutex.unlock();
  EXPECT_TRUE(free);
}

// Nothing of the first fork stands in the way of the second one.
TEST(ForkGuardTest, GuardsInAGrandchildToo) {
  Twins twins;
  const ForkGuard guard(twins.mutex);
  EXPECT_EQ(StatusOfChild([&] { return ChildFindsOrder(twins) ? 0 : 1; }), 0);
}

TEST(ForkGuardTest, TellsWhatAMissingThreadHasLeftLocked) {
  if (!kHasBareClone) GTEST_SKIP() << "this system has no clone(2)";
  Twins twins;
  const ForkGuard guard(twins.mutex);
  EXPECT_EQ(StatusOfBareClone([&] { return guard.IsFree() && guard.IsFree() ? 0 : 1; }), 0);
  std::atomic<bool> held{false}, stop{false};
  std::thread holder([&] {
    absl::MutexLock lock(twins.mutex);
    held = true;
    while (!stop.load()) std::this_thread::yield();
  });
  while (!held.load()) std::this_thread::yield();
  EXPECT_EQ(StatusOfBareClone([&] { return guard.IsFree() ? 1 : 0; }), 0);
  stop = true;
  holder.join();
  EXPECT_TRUE(guard.IsFree());
}

TEST(ForkGuardTest, EveryGuardKeepsItsOwnMutex) {
  absl::Mutex mutexes[3];
  const ForkGuard first(mutexes[0]);
  auto gone = std::make_unique<ForkGuard>(mutexes[1]);
  const ForkGuard last(mutexes[2]);
  gone.reset();
  EXPECT_EQ(StatusOfChild([&] {
              for (absl::Mutex& mutex : mutexes) {
                if (!mutex.try_lock()) return 1;
                mutex.unlock();
              }
              return 0;
            }),
            0);
}

// The child has a list of guards of its own, and its lock is free.
TEST(ForkGuardTest, GuardsComeAndGoInTheChild) {
  Twins twins;
  auto guard = std::make_unique<ForkGuard>(twins.mutex);
  EXPECT_EQ(StatusOfChild([&] {
              Twins own;
              const ForkGuard own_guard(own.mutex);
              guard.reset();
              return ChildFindsOrder(own) ? 0 : 1;
            }),
            0);
  EXPECT_TRUE(ChildFindsOrder(twins));
}

TEST(ForkGuardTest, AMutexMayGo) {
  for (int i = 0; i < 3; ++i) {
    auto gone = std::make_unique<Twins>();
    Twins stays;
    const ForkGuard guard(stays.mutex);
    {
      const ForkGuard short_lived(gone->mutex);
    }
    gone.reset();
    EXPECT_TRUE(ChildFindsOrder(stays));
  }
}

}  // namespace
}  // namespace someos::base
