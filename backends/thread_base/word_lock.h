// The lock that the objects of threading are made of.

#ifndef SOMEOS_BACKENDS_THREAD_BASE_WORD_LOCK_H_
#define SOMEOS_BACKENDS_THREAD_BASE_WORD_LOCK_H_

#include <atomic>
#include <cstdint>

#include "absl/base/attributes.h"
#include "absl/base/optimization.h"
#include "someos/backends/thread_base/core.h"

namespace someos::thread_base {

// Tells the processor that the thread spins.
inline void PauseSpinning() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__) || (defined(__ARM_ARCH) && __ARM_ARCH >= 7)
  __asm__ volatile("yield");
#endif
}

// A lock of one word, as futex(7) describes it. It may be released by any thread, and destroyed by
// whoever locks it next, even while Unlock has not returned. Unfair: a thread that comes may
// overtake those that wait.
//
// It has no scheduling points (Core::Point) and tells Core of no owner: that is for the objects
// made of it.
template <typename Core>
class WordLock {
 public:
  WordLock() = default;
  WordLock(const WordLock&) = delete;
  WordLock& operator=(const WordLock&) = delete;

  bool TryLock() {
    uint32_t expected = kFree;
    return word_.compare_exchange_strong(expected, kLocked, std::memory_order_acquire,
                                         std::memory_order_relaxed);
  }

  // Waits until it is free and locks it: kWoken. Otherwise it is not locked: kTimedOut, kForever.
  WaitEnd Lock(typename Core::Deadline& deadline, const Operation& operation) {
    if (ABSL_PREDICT_TRUE(TryLock()) || Spin()) return WaitEnd::kWoken;
    return WaitAndLock(deadline, operation);
  }
  // The same for a thread that another one has just woken, while it had the lock. That one may be
  // waiting for this one's processor, so that looking again and again would delay both.
  WaitEnd LockWhenWoken(typename Core::Deadline& deadline, const Operation& operation) {
    return TryLock() ? WaitEnd::kWoken : WaitAndLock(deadline, operation);
  }

  // The lock must be locked.
  void Unlock() {
    if (ABSL_PREDICT_FALSE(word_.exchange(kFree, std::memory_order_release) == kWaitedFor)) {
      Core::Wake(word_, 1);
    }
  }

  // Unlocks it and returns true, or returns false if it is not locked.
  bool TryUnlock() {
    uint32_t expected = kLocked;
    if (ABSL_PREDICT_TRUE(word_.compare_exchange_strong(expected, kFree, std::memory_order_release,
                                                        std::memory_order_relaxed))) {
      return true;
    }
    return expected != kFree && UnlockWaitedFor();
  }

  bool IsLocked() const { return word_.load(std::memory_order_relaxed) != kFree; }

 private:
  static constexpr uint32_t kFree = 0;
  static constexpr uint32_t kLocked = 1;
  static constexpr uint32_t kWaitedFor = 2;  // locked, and a thread may wait

  ABSL_ATTRIBUTE_NOINLINE bool Spin() {
    for (int i = 0; i < Core::kSpins; ++i) {
      if (word_.load(std::memory_order_relaxed) == kFree && TryLock()) return true;
      PauseSpinning();
    }
    return false;
  }

  ABSL_ATTRIBUTE_NOINLINE WaitEnd WaitAndLock(typename Core::Deadline& deadline,
                                              const Operation& operation) {
    // Whoever locks it from here on cannot know whether others wait as well.
    while (word_.exchange(kWaitedFor, std::memory_order_acquire) != kFree) {
      const WaitEnd end = Core::Wait(word_, kWaitedFor, deadline, operation);
      if (end != WaitEnd::kWoken) return end;
    }
    return WaitEnd::kWoken;
  }

  ABSL_ATTRIBUTE_NOINLINE bool UnlockWaitedFor() {
    const uint32_t before = word_.exchange(kFree, std::memory_order_release);
    if (before == kWaitedFor) Core::Wake(word_, 1);
    return before != kFree;  // otherwise another thread has unlocked it meanwhile
  }

  typename Core::Word word_{kFree};
};

}  // namespace someos::thread_base

#endif  // SOMEOS_BACKENDS_THREAD_BASE_WORD_LOCK_H_
