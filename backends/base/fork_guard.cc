#include "someos/backends/base/fork_guard.h"

#include <pthread.h>

#include <algorithm>
#include <new>
#include <vector>

#include "absl/base/config.h"
#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

namespace someos::base {
namespace {

struct Guarded {
  absl::Mutex mutex;
  std::vector<absl::Mutex*> all ABSL_GUARDED_BY(mutex);
};

Guarded& ThisProcess();

void LockAll() ABSL_NO_THREAD_SAFETY_ANALYSIS {
  Guarded& guarded = ThisProcess();
  guarded.mutex.lock();
  for (absl::Mutex* mutex : guarded.all) mutex->lock();
}

void UnlockAll() ABSL_NO_THREAD_SAFETY_ANALYSIS {
  Guarded& guarded = ThisProcess();
  for (absl::Mutex* mutex : guarded.all) mutex->unlock();
  guarded.mutex.unlock();
}

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

void MakeAllAnew() ABSL_NO_THREAD_SAFETY_ANALYSIS {
  Guarded& guarded = ThisProcess();
  for (absl::Mutex* mutex : guarded.all) MakeAnew(mutex);
  MakeAnew(&guarded.mutex);
}

Guarded& ThisProcess() {
  static Guarded* const guarded = [] {
    pthread_atfork(LockAll, UnlockAll, MakeAllAnew);
    return new Guarded;  // lives forever: a fork may come at any time
  }();
  return *guarded;
}

}  // namespace

ForkGuard::ForkGuard(absl::Mutex& mutex) : mutex_(mutex) {
  Guarded& guarded = ThisProcess();
  absl::MutexLock lock(guarded.mutex);
  guarded.all.push_back(&mutex);
}

ForkGuard::~ForkGuard() {
  Guarded& guarded = ThisProcess();
  absl::MutexLock lock(guarded.mutex);
  guarded.all.erase(std::find(guarded.all.begin(), guarded.all.end(), &mutex_));
}

}  // namespace someos::base
