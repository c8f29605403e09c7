// A scoped lock that costs almost nothing in a program with one thread.

#ifndef SOMEOS_BACKENDS_BASE_LOCK_IF_THREADS_H_
#define SOMEOS_BACKENDS_BASE_LOCK_IF_THREADS_H_

#include "absl/base/optimization.h"
#include "absl/base/thread_annotations.h"
#include "someos/backends/base/mutex.h"
#include "someos/backends/base/mutex_lock.h"
#include "someos/backends/base/single_threaded.h"

namespace someos::base {

// Like absl::MutexLock, but does not lock the mutex if no other thread can lock it: the program has
// a single thread, or the caller guarantees by `externally_synchronized` that no other thread uses
// what the mutex guards. Do not use it for a scope in which the program's second thread may be
// started.
class ABSL_SCOPED_LOCKABLE LockIfThreads {
 public:
  explicit LockIfThreads(Mutex& mutex, bool externally_synchronized = false)
      ABSL_EXCLUSIVE_LOCK_FUNCTION(mutex) ABSL_NO_THREAD_SAFETY_ANALYSIS {
    if (ABSL_PREDICT_TRUE(SingleThreaded()) || externally_synchronized) return;
    locked_ = &mutex;
    Lock(mutex);
  }
  LockIfThreads(const LockIfThreads&) = delete;
  LockIfThreads& operator=(const LockIfThreads&) = delete;

  // Calls `function` with the lock released. Thread safety analysis does not check this. The lock
  // is taken again also if the thread is cancelled in `function`.
  template <typename Function>
  auto CallUnlocked(Function function) {
    if (locked_ == nullptr) return function();
    const Unlocked unlocked(*locked_);
    return function();
  }

  ~LockIfThreads() ABSL_UNLOCK_FUNCTION() ABSL_NO_THREAD_SAFETY_ANALYSIS {
    if (locked_ != nullptr) Unlock(*locked_);
  }

 private:
  class Unlocked {
   public:
    explicit Unlocked(Mutex& mutex) ABSL_NO_THREAD_SAFETY_ANALYSIS : mutex_(mutex) {
      Unlock(mutex_);
    }
    Unlocked(const Unlocked&) = delete;
    Unlocked& operator=(const Unlocked&) = delete;
    ~Unlocked() ABSL_NO_THREAD_SAFETY_ANALYSIS { Lock(mutex_); }

   private:
    Mutex& mutex_;
  };

  Mutex* locked_ = nullptr;
};

}  // namespace someos::base

#endif  // SOMEOS_BACKENDS_BASE_LOCK_IF_THREADS_H_
