// A lock that costs nothing in a program with one thread.

#ifndef SOMEOS_BACKENDS_BASE_LOCK_IF_THREADS_H_
#define SOMEOS_BACKENDS_BASE_LOCK_IF_THREADS_H_

#include "absl/base/optimization.h"
#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "someos/backends/base/single_threaded.h"

namespace someos::base {

// absl::MutexLock, but a mutex that no other thread can be about to lock is left alone: there is no
// other thread, or the caller knows that it is `alone` in this. Not for a scope in which the
// program's first other thread may be started.
class ABSL_SCOPED_LOCKABLE LockIfThreads {
 public:
  explicit LockIfThreads(absl::Mutex& mutex, bool alone = false)
      ABSL_EXCLUSIVE_LOCK_FUNCTION(mutex) ABSL_NO_THREAD_SAFETY_ANALYSIS {
    if (ABSL_PREDICT_TRUE(SingleThreaded()) || alone) return;
    locked_ = &mutex;
    mutex.lock();
  }
  LockIfThreads(const LockIfThreads&) = delete;
  LockIfThreads& operator=(const LockIfThreads&) = delete;

  // Calls the function without the lock; the analysis is not told.
  template <typename Function>
  auto Without(Function function) ABSL_NO_THREAD_SAFETY_ANALYSIS {
    if (locked_ == nullptr) return function();
    locked_->unlock();
    const auto result = function();
    locked_->lock();
    return result;
  }

  ~LockIfThreads() ABSL_UNLOCK_FUNCTION() ABSL_NO_THREAD_SAFETY_ANALYSIS {
    if (locked_ != nullptr) locked_->unlock();
  }

 private:
  absl::Mutex* locked_ = nullptr;
};

}  // namespace someos::base

#endif  // SOMEOS_BACKENDS_BASE_LOCK_IF_THREADS_H_
