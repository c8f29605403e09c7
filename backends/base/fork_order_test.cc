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

std::atomic<bool> g_forks{false};  // the program's handler before a fork has begun

// A thread that holds the program's lock locks the mutex while the program's handler waits for the
// lock. The library's handler, which locks the mutex, must not have run before.
TEST(ForkOrderTest, TheProgramsLockMayBeHeldAroundTheMutex) {
  const ScenarioAlarm limit("A fork while the program's lock is held around the mutex", 50);
  const auto lock_before_a_fork = [] {
    g_forks = true;
    ProgramsLock().lock();
  };
  const auto unlock = [] { ProgramsLock().unlock(); };
  ASSERT_EQ(pthread_atfork(lock_before_a_fork, unlock, unlock), 0);
  absl::Mutex mutex;
  const ForkGuard guard(mutex);
  for (int i = 0; i < 20; ++i) {
    g_forks = false;
    std::atomic<bool> held{false};
    std::thread change([&] {
      const std::lock_guard<std::mutex> lock(ProgramsLock());
      held = true;
      while (!g_forks) std::this_thread::yield();
      mutex.lock();
      mutex.unlock();
    });
    while (!held) std::this_thread::yield();
    const pid_t child = fork();
    if (child == 0) {
      alarm(20);
      const std::lock_guard<std::mutex> lock(ProgramsLock());
      mutex.lock();  // both are free
      _exit(0);
    }
    int status = -1;
    EXPECT_EQ(waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0) << "child " << i;
    change.join();
  }
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
