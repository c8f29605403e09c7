// Locking an absl::Mutex, with the names that the version of Abseil has.

#ifndef SOMEOS_BACKENDS_BASE_MUTEX_LOCK_H_
#define SOMEOS_BACKENDS_BASE_MUTEX_LOCK_H_

#include "absl/base/config.h"
#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

namespace someos::base {

// Abseil renamed Lock, Unlock and TryLock to lock, unlock and try_lock in its release of August
// 2025, and later deprecated the old names and a MutexLock that takes a pointer, which is the only
// one before.
#if defined(ABSL_LTS_RELEASE_VERSION) && ABSL_LTS_RELEASE_VERSION < 20250814
inline void Lock(absl::Mutex& mutex) ABSL_EXCLUSIVE_LOCK_FUNCTION(mutex) { mutex.Lock(); }
inline void Unlock(absl::Mutex& mutex) ABSL_UNLOCK_FUNCTION(mutex) { mutex.Unlock(); }
inline bool TryLock(absl::Mutex& mutex) ABSL_EXCLUSIVE_TRYLOCK_FUNCTION(true, mutex) {
  return mutex.TryLock();
}
#else
inline void Lock(absl::Mutex& mutex) ABSL_EXCLUSIVE_LOCK_FUNCTION(mutex) { mutex.lock(); }
inline void Unlock(absl::Mutex& mutex) ABSL_UNLOCK_FUNCTION(mutex) { mutex.unlock(); }
inline bool TryLock(absl::Mutex& mutex) ABSL_EXCLUSIVE_TRYLOCK_FUNCTION(true, mutex) {
  return mutex.try_lock();
}
#endif

// As absl::MutexLock, for an absl::Mutex or a base::Mutex.
template <typename Mutex>
class ABSL_SCOPED_LOCKABLE MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) ABSL_EXCLUSIVE_LOCK_FUNCTION(mutex) : mutex_(mutex) {
    Lock(mutex_);
  }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;
  ~MutexLock() ABSL_UNLOCK_FUNCTION() { Unlock(mutex_); }

 private:
  Mutex& mutex_;
};

}  // namespace someos::base

#endif  // SOMEOS_BACKENDS_BASE_MUTEX_LOCK_H_
