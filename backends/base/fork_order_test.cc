// Fork handlers that the program has installed before it uses the library: of a lock that is held
// while a guarded mutex is locked, and one that uses a poller in the child. A program of its own,
// so that these handlers are the first.

#include <pthread.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <mutex>
#include <thread>

#include "absl/synchronization/mutex.h"
#include "gtest/gtest.h"
#include "someos/backends/base/fork_generation.h"
#include "someos/backends/base/fork_guard.h"
#include "someos/testing/scenario_alarm.h"

namespace someos::base {
namespace {

std::mutex& ProgramsLock() {
  static std::mutex* const lock = new std::mutex;
  return *lock;
}

TEST(ForkOrderTest, TheProgramsLockMayBeHeldAroundTheMutex) {
  const ScenarioAlarm limit("A fork while the program's lock is held around the mutex", 50);
  ASSERT_EQ(pthread_atfork([] { ProgramsLock().lock(); }, [] { ProgramsLock().unlock(); },
                           [] { ProgramsLock().unlock(); }),
            0);
  absl::Mutex mutex;
  const ForkGuard guard(mutex);
  std::atomic<bool> stop{false};
  std::thread changes([&] {
    while (!stop.load()) {
      {
        const std::lock_guard<std::mutex> held(ProgramsLock());
        mutex.lock();
        std::this_thread::yield();
        mutex.unlock();
      }
      std::this_thread::yield();  // or the fork would wait long for its turn
    }
  });
  for (int i = 0; i < 200; ++i) {
    const pid_t child = fork();
    if (child == 0) {
      alarm(20);
      const std::lock_guard<std::mutex> held(ProgramsLock());
      mutex.lock();  // both are free
      _exit(0);
    }
    int status = -1;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    ASSERT_EQ(status, 0) << "child " << i;
  }
  stop = true;
  changes.join();
}

uint32_t g_generation_of_handler = kNoForkGeneration;

// As by a handler that rebuilds a poller.
TEST(ForkOrderTest, TheGenerationThatAHandlerOfTheProgramHasStartedStays) {
  ASSERT_EQ(pthread_atfork(nullptr, nullptr, [] { g_generation_of_handler = ForkGeneration(); }),
            0);
  WatchForForks();
  const uint32_t here = ForkGeneration();
  const pid_t child = fork();
  if (child == 0) {
    if (g_generation_of_handler == here) _exit(1);
    _exit(InForkGeneration(g_generation_of_handler) ? 0 : 2);
  }
  int status = -1;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace someos::base
