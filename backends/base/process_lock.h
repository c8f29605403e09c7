// A lock for the threads of one process, which a forked child does not inherit.

#ifndef SOMEOS_BACKENDS_BASE_PROCESS_LOCK_H_
#define SOMEOS_BACKENDS_BASE_PROCESS_LOCK_H_

#include <atomic>
#include <cstdint>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "someos/backends/base/fork_generation.h"

namespace someos::base {

// A mutex that another thread holds at a fork stays locked in the child forever, because that
// thread does not exist there. To let the fork wait for the mutex (pthread_atfork) is no remedy: a
// fork that holds locks of the program's fork handlers would then wait for a thread that waits for
// those. This lock is held by a process: one that was locked before a fork is free in the child,
// and the first thread of the child to lock it is told that what it guards may be half changed.
//
// For short critical sections: a thread that has to wait yields, then sleeps for moments. Not
// recursive.
class ABSL_LOCKABLE ProcessLock {
 public:
  enum class Attempt {
    kLocked,
    kAbandoned,  // locked; a thread of the parent has held it at the fork
    kHeld,       // not locked: another thread holds it
  };

  ProcessLock() { WatchForForks(); }
  ProcessLock(const ProcessLock&) = delete;
  ProcessLock& operator=(const ProcessLock&) = delete;

  Attempt TryLock() ABSL_NO_THREAD_SAFETY_ANALYSIS {
    const uint64_t mine = Holder();
    uint64_t holder = kFree;
    if (holder_.compare_exchange_strong(holder, mine, std::memory_order_acquire)) {
      return Attempt::kLocked;
    }
    const bool abandoned =
        holder != mine && holder_.compare_exchange_strong(holder, mine, std::memory_order_acquire);
    return abandoned ? Attempt::kAbandoned : Attempt::kHeld;
  }

  // Returns whether it was abandoned.
  bool Lock() ABSL_EXCLUSIVE_LOCK_FUNCTION() {
    for (int i = 0;; ++i) {
      const Attempt attempt = TryLock();
      if (attempt != Attempt::kHeld) return attempt == Attempt::kAbandoned;
      if (i < kYields) {
        std::this_thread::yield();
      } else {
        absl::SleepFor(absl::Microseconds(50));
      }
    }
  }

  void Unlock() ABSL_UNLOCK_FUNCTION() { holder_.store(kFree, std::memory_order_release); }

 private:
  static constexpr uint64_t kFree = 0;
  static constexpr int kYields = 100;

  // Not kFree, whatever the generation.
  static uint64_t Holder() { return (uint64_t{ForkGeneration()} << 1) | 1; }

  std::atomic<uint64_t> holder_{kFree};
};

// Holds it while it lives.
class ABSL_SCOPED_LOCKABLE ProcessLockHolder {
 public:
  explicit ProcessLockHolder(ProcessLock& lock) ABSL_EXCLUSIVE_LOCK_FUNCTION(lock)
      : lock_(lock), abandoned_(lock.Lock()) {}
  ProcessLockHolder(const ProcessLockHolder&) = delete;
  ProcessLockHolder& operator=(const ProcessLockHolder&) = delete;
  ~ProcessLockHolder() ABSL_UNLOCK_FUNCTION() { lock_.Unlock(); }

  // What ProcessLock::Lock has returned.
  bool abandoned() const { return abandoned_; }

 private:
  ProcessLock& lock_;
  const bool abandoned_;
};

}  // namespace someos::base

#endif  // SOMEOS_BACKENDS_BASE_PROCESS_LOCK_H_
