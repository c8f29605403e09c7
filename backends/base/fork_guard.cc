#include "someos/backends/base/fork_guard.h"

#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <new>
#include <vector>

#include "absl/base/config.h"
#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

namespace someos::base {
namespace {

// Made anew, not unlocked: that would wake the threads that are queued on it. The child does not
// have them, and where Abseil has them sleep on a mutex of pthread's (on the BSDs), one of them may
// have held that at the fork. Abseil's deadlock detector (of programs without NDEBUG) is told to
// forget that it was locked. ThreadSanitizer is not to be told so by other means than an unlock,
// and runs where Abseil has futexes.
void MakeAnew(absl::Mutex* mutex) ABSL_NO_THREAD_SAFETY_ANALYSIS {
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
      return new ForkGuards;  // lives forever: a fork may come at any time
    }();
    return *guards;
  }

  void Add(const ForkGuard& guard) {
    absl::MutexLock lock(mutex_);
    guards_.push_back(&guard);
  }
  void Remove(const ForkGuard& guard) {
    absl::MutexLock lock(mutex_);
    guards_.erase(std::find(guards_.begin(), guards_.end(), &guard));
  }

 private:
  void LockAll() ABSL_NO_THREAD_SAFETY_ANALYSIS {
    mutex_.lock();
    for (const ForkGuard* guard : guards_) guard->mutex_.lock();
  }
  void UnlockAll() ABSL_NO_THREAD_SAFETY_ANALYSIS {
    for (const ForkGuard* guard : guards_) guard->mutex_.unlock();
    mutex_.unlock();
  }
  void StartChild() ABSL_NO_THREAD_SAFETY_ANALYSIS {
    for (const ForkGuard* guard : guards_) {
      if (guard->flag_ != nullptr) guard->flag_->store(false, std::memory_order_relaxed);
      MakeAnew(&guard->mutex_);
    }
    MakeAnew(&mutex_);
  }

  absl::Mutex mutex_;
  std::vector<const ForkGuard*> guards_ ABSL_GUARDED_BY(mutex_);
};

ForkGuard::ForkGuard(absl::Mutex& mutex, std::atomic<bool>* flag) : mutex_(mutex), flag_(flag) {
  ForkGuards::Get().Add(*this);
}

ForkGuard::~ForkGuard() { ForkGuards::Get().Remove(*this); }

}  // namespace someos::base
