#include "someos/backends/base/fork_guard.h"

#include <pthread.h>

#include <algorithm>
#include <new>
#include <vector>

#include "absl/base/config.h"
#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "someos/backends/base/mutex_lock.h"

namespace someos::base {
namespace {

// Constructs the mutex again instead of unlocking it. An unlock would wake the threads that are
// queued on it, which do not exist in the child; and where Abseil puts them to sleep on a pthread
// mutex (on the BSDs), one of them may have held that mutex at the fork. ForgetDeadlockInfo() makes
// Abseil's deadlock detector (in programs without NDEBUG) forget that the mutex was locked.
// ThreadSanitizer accepts nothing but an unlock; it runs where Abseil uses futexes.
void Reinitialize(absl::Mutex* mutex) ABSL_NO_THREAD_SAFETY_ANALYSIS {
#ifdef ABSL_HAVE_THREAD_SANITIZER
  mutex->unlock();
#else
  mutex->ForgetDeadlockInfo();
#endif
  new (mutex) absl::Mutex;
}

}  // namespace

// All guards of this process.
class ForkGuards {
 public:
  static ForkGuards& Get() {
    static ForkGuards* const guards = [] {
      pthread_atfork([] { Get().LockAll(); }, [] { Get().UnlockAll(); },
                     [] { Get().StartChild(); });
      return new ForkGuards;  // never destroyed: a fork may happen at any time
    }();
    return *guards;
  }

  void Add(const ForkGuard& guard) {
    MutexLock lock(mutex_);
    guards_.push_back(&guard);
  }
  void Remove(const ForkGuard& guard) {
    MutexLock lock(mutex_);
    guards_.erase(std::find(guards_.begin(), guards_.end(), &guard));
  }

 private:
  void LockAll() ABSL_NO_THREAD_SAFETY_ANALYSIS {
    Lock(mutex_);
    for (const ForkGuard* guard : guards_) Lock(guard->mutex_);
  }
  void UnlockAll() ABSL_NO_THREAD_SAFETY_ANALYSIS {
    for (const ForkGuard* guard : guards_) Unlock(guard->mutex_);
    Unlock(mutex_);
  }
  void StartChild() ABSL_NO_THREAD_SAFETY_ANALYSIS {
    for (const ForkGuard* guard : guards_) Reinitialize(&guard->mutex_);
    Reinitialize(&mutex_);
  }

  absl::Mutex mutex_;
  std::vector<const ForkGuard*> guards_ ABSL_GUARDED_BY(mutex_);
};

ForkGuard::ForkGuard(absl::Mutex& mutex) : mutex_(mutex) { ForkGuards::Get().Add(*this); }

ForkGuard::~ForkGuard() { ForkGuards::Get().Remove(*this); }

}  // namespace someos::base
