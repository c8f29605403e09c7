// The mutex of the library's own objects, and the points between which tests interleave them.

#ifndef SOMEOS_BACKENDS_BASE_MUTEX_H_
#define SOMEOS_BACKENDS_BASE_MUTEX_H_

#include "someos/backends/base/linked_threads.h"
#include "someos/backends/base/mutex_lock.h"

#if SOMEOS_LINKS_THREAD_STEPPED
#include "absl/base/thread_annotations.h"
#include "someos/backends/thread_stepped/core.h"
#include "someos/backends/thread_stepped/mutex.h"
#else
#include "absl/synchronization/mutex.h"
#endif

namespace someos::base {

// An absl::Mutex; in a build with --@someos//platforms:thread=stepped, one that tests explore.
// Lock, TryLock, Unlock and MutexLock of mutex_lock.h take it.
//
// SchedulingPoint stands before an operation on what threads share without a mutex, such as an
// atomic variable: there, in such a build, another thread may go on. `operation` names it in
// reports, "WakeRequest.Make". It is nothing in all other builds.
#if SOMEOS_LINKS_THREAD_STEPPED
class ABSL_LOCKABLE Mutex : public thread_stepped::Mutex {};
inline void Lock(Mutex& mutex) ABSL_EXCLUSIVE_LOCK_FUNCTION(mutex) { mutex.lock(); }
inline void Unlock(Mutex& mutex) ABSL_UNLOCK_FUNCTION(mutex) { mutex.unlock(); }
inline bool TryLock(Mutex& mutex) ABSL_EXCLUSIVE_TRYLOCK_FUNCTION(true, mutex) {
  return mutex.try_lock();
}
inline void SchedulingPoint(const char* operation, const void* object) {
  thread_stepped::Core::Point({operation, object});
}
#else
using Mutex = absl::Mutex;
inline void SchedulingPoint(const char* /*operation*/, const void* /*object*/) {}
#endif

}  // namespace someos::base

#endif  // SOMEOS_BACKENDS_BASE_MUTEX_H_
