// An absl::Mutex whose operations are scheduling points: for the library's own code, in tests.

#ifndef SOMEOS_BACKENDS_THREAD_STEPPED_MUTEX_H_
#define SOMEOS_BACKENDS_THREAD_STEPPED_MUTEX_H_

#include <atomic>
#include <cstdint>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "someos/backends/base/mutex_lock.h"
#include "someos/backends/thread_base/core.h"
#include "someos/backends/thread_stepped/core.h"
#include "someos/backends/thread_stepped/schedule.h"

namespace someos::thread_stepped {

// In a schedule a thread that finds it locked waits by the scheduler, which reports it if that is a
// deadlock; elsewhere it is an absl::Mutex. Where it is used as an absl::Mutex, as by a ForkGuard,
// it has no scheduling points.
class ABSL_LOCKABLE Mutex : public absl::Mutex {
 public:
  void lock() ABSL_EXCLUSIVE_LOCK_FUNCTION() ABSL_NO_THREAD_SAFETY_ANALYSIS {
    if (Schedule::Current() == nullptr) return base::Lock(system());
    const thread_base::Operation operation = {"Mutex.Lock", this};
    Core::Point(operation);
    Core::Deadline never(absl::InfiniteDuration());
    while (!base::TryLock(system())) {
      Core::Wait(releases_, releases_.load(std::memory_order_relaxed), never, operation);
    }
    Core::Acquired(operation);
  }

  bool try_lock() ABSL_EXCLUSIVE_TRYLOCK_FUNCTION(true) ABSL_NO_THREAD_SAFETY_ANALYSIS {
    const thread_base::Operation operation = {"Mutex.TryLock", this};
    Core::Point(operation);
    const bool locked = base::TryLock(system());
    if (locked) Core::Acquired(operation);
    return locked;
  }

  void unlock() ABSL_UNLOCK_FUNCTION() ABSL_NO_THREAD_SAFETY_ANALYSIS {
    if (Schedule::Current() == nullptr) return base::Unlock(system());
    Core::Point({"Mutex.Unlock", this});
    releases_.fetch_add(1, std::memory_order_relaxed);
    base::Unlock(system());
    Core::Wake(releases_, 1);
    Core::Released(this);
  }

 private:
  absl::Mutex& system() { return *this; }

  std::atomic<uint32_t> releases_{0};  // waited on
};

}  // namespace someos::thread_stepped

#endif  // SOMEOS_BACKENDS_THREAD_STEPPED_MUTEX_H_
