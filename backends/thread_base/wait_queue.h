// Threads that wait, first come, first woken: what Condition, Semaphore and Barrier are made of.

#ifndef SOMEOS_BACKENDS_THREAD_BASE_WAIT_QUEUE_H_
#define SOMEOS_BACKENDS_THREAD_BASE_WAIT_QUEUE_H_

#include <atomic>
#include <cstdint>
#include <new>

#include "absl/base/attributes.h"
#include "absl/base/optimization.h"
#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"
#include "someos/backends/base/fork_generation.h"
#include "someos/backends/thread_base/core.h"
#include "someos/backends/thread_base/errors.h"
#include "someos/backends/thread_base/word_lock.h"

namespace someos::thread_base {

// A queue and the lock that guards it, which may guard more: the state that is waited for. Each
// thread has a word of its own to wait on, so that none is woken that is not meant.
//
//   WaitQueue<Core>::Section section(queue, operation);
//   while (!ready) {
//     if (section.Sleep(deadline) != WaitEnd::kWoken) break;
//   }
//
// In a forked child the queue is empty and its lock is free, whatever threads that are not in the
// child did at the time of the fork. The state that it guards must be whole at any moment.
template <typename Core>
class ABSL_LOCKABLE WaitQueue {
 public:
  // A thread that waits: on its stack, for one stay in the queue.
  class Waiter {
   public:
    Waiter() = default;
    Waiter(const Waiter&) = delete;
    Waiter& operator=(const Waiter&) = delete;

   private:
    friend class WaitQueue;

    static constexpr uint32_t kAwake = 0;
    static constexpr uint32_t kAsleep = 1;
    static constexpr uint32_t kWoken = 2;  // and no longer in the queue

    typename Core::Word word_{kAwake};
    Waiter* next_ = nullptr;
    Waiter* previous_ = nullptr;
  };

  // A scope in which the queue is locked, but while an Unlocked exists.
  class ABSL_SCOPED_LOCKABLE Section {
   public:
    Section(WaitQueue& queue, const Operation& operation) ABSL_EXCLUSIVE_LOCK_FUNCTION(queue)
        : queue_(queue), operation_(operation) {
      queue_.Lock(operation_);
    }
    Section(const Section&) = delete;
    Section& operator=(const Section&) = delete;
    ~Section() ABSL_UNLOCK_FUNCTION() { queue_.Unlock(); }

    // A part of the scope in which the queue is not locked. It is locked again behind it, however
    // that is left. Thread safety analysis does not check this.
    class Unlocked {
     public:
      explicit Unlocked(Section& section) ABSL_NO_THREAD_SAFETY_ANALYSIS : section_(section) {
        section_.queue_.Unlock();
      }
      Unlocked(const Unlocked&) = delete;
      Unlocked& operator=(const Unlocked&) = delete;
      ~Unlocked() ABSL_NO_THREAD_SAFETY_ANALYSIS { section_.queue_.Lock(section_.operation_); }

     private:
      Section& section_;
    };

    // Adds the thread to the queue, and unlocks that until Wake chooses the thread, the deadline
    // passes, or it turns out that nobody can wake it.
    WaitEnd Sleep(typename Core::Deadline& deadline) ABSL_NO_THREAD_SAFETY_ANALYSIS {
      Waiter waiter;
      queue_.Add(waiter);
      const Unlocked unlocked(*this);
      return queue_.Sleep(waiter, deadline, operation_);
    }

   private:
    WaitQueue& queue_;
    const Operation operation_;
  };

  WaitQueue() : generation_(CurrentGeneration()) {}
  WaitQueue(const WaitQueue&) = delete;
  WaitQueue& operator=(const WaitQueue&) = delete;

  // Adds the thread at the end. It must call Sleep then.
  void Add(Waiter& waiter) ABSL_EXCLUSIVE_LOCKS_REQUIRED(this) {
    waiter.previous_ = last_;
    (last_ == nullptr ? first_ : last_->next_) = &waiter;
    last_ = &waiter;
  }

  // Wakes up to `count` threads, those that have waited longest. None for a count of 0 or less.
  void Wake(int64_t count) ABSL_EXCLUSIVE_LOCKS_REQUIRED(this) {
    for (; count > 0 && first_ != nullptr; --count) {
      Waiter& waiter = *first_;
      Unlink(waiter);
      // From here on the thread may go on, and end the waiter's life.
      typename Core::Word& word = waiter.word_;
      const uint32_t before = word.exchange(Waiter::kWoken, std::memory_order_acq_rel);
      if (before == Waiter::kAsleep) Core::Wake(word, 1);
    }
  }
  void WakeAll() ABSL_EXCLUSIVE_LOCKS_REQUIRED(this) { Wake(INT64_MAX); }

  // Waits until Wake chooses this thread, or the deadline passes, or nobody can wake it; then the
  // thread has left the queue.
  WaitEnd Sleep(Waiter& waiter, typename Core::Deadline& deadline, const Operation& operation)
      ABSL_LOCKS_EXCLUDED(this) {
    uint32_t awake = Waiter::kAwake;
    waiter.word_.compare_exchange_strong(awake, Waiter::kAsleep, std::memory_order_acq_rel);
    WaitEnd end = WaitEnd::kWoken;
    while (end == WaitEnd::kWoken) {
      if (waiter.word_.load(std::memory_order_acquire) == Waiter::kWoken) return WaitEnd::kWoken;
      end = Core::Wait(waiter.word_, Waiter::kAsleep, deadline, operation);
    }
    const Section section(*this, operation);
    if (waiter.word_.load(std::memory_order_relaxed) == Waiter::kWoken) return WaitEnd::kWoken;
    Unlink(waiter);
    return end;
  }

 private:
  // Added to a generation while a thread of that one renews the queue.
  static constexpr uint32_t kRenewing = uint32_t{1} << 31;

  static uint32_t CurrentGeneration() {
    base::WatchForForks();
    return base::ForkGeneration();
  }

  void Lock(const Operation& operation)
      ABSL_EXCLUSIVE_LOCK_FUNCTION() ABSL_NO_THREAD_SAFETY_ANALYSIS {
    if (ABSL_PREDICT_FALSE(!base::InForkGeneration(generation_.load(std::memory_order_acquire)))) {
      Renew();
    }
    if (ABSL_PREDICT_TRUE(lock_.TryLock())) return;
    auto deadline = Core::Deadline::NotStarted(absl::InfiniteDuration());
    if (lock_.Lock(deadline, operation) != WaitEnd::kWoken) {
      EndProgram(operation, WouldWaitForever());
    }
  }
  void Unlock() ABSL_UNLOCK_FUNCTION() ABSL_NO_THREAD_SAFETY_ANALYSIS { lock_.Unlock(); }

  // In a forked child: the first of its threads that comes here empties the queue, others wait for
  // it.
  ABSL_ATTRIBUTE_NOINLINE void Renew() ABSL_NO_THREAD_SAFETY_ANALYSIS {
    const uint32_t now = base::ForkGeneration();
    uint32_t seen = generation_.load(std::memory_order_acquire);
    while (seen != now) {
      if (seen != (now | kRenewing) &&
          generation_.compare_exchange_strong(seen, now | kRenewing, std::memory_order_acquire)) {
        first_ = nullptr;
        last_ = nullptr;
        new (&lock_) WordLock<Core>();
        generation_.store(now, std::memory_order_release);
        return;
      }
      PauseSpinning();
      seen = generation_.load(std::memory_order_acquire);
    }
  }

  void Unlink(Waiter& waiter) ABSL_EXCLUSIVE_LOCKS_REQUIRED(this) {
    (waiter.previous_ == nullptr ? first_ : waiter.previous_->next_) = waiter.next_;
    (waiter.next_ == nullptr ? last_ : waiter.next_->previous_) = waiter.previous_;
  }

  std::atomic<uint32_t> generation_;  // of the process that has last used it
  WordLock<Core> lock_;
  Waiter* first_ ABSL_GUARDED_BY(this) = nullptr;
  Waiter* last_ ABSL_GUARDED_BY(this) = nullptr;
};

}  // namespace someos::thread_base

#endif  // SOMEOS_BACKENDS_THREAD_BASE_WAIT_QUEUE_H_
