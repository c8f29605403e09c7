#include "someos/backends/base/fork_guard.h"

#include <pthread.h>

#include <algorithm>
#include <new>
#include <vector>

#include "absl/base/config.h"
#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "someos/api/errno_status.h"
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
    static auto* const guards = new ForkGuards;  // never destroyed: a fork may happen at any time
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

 private:
  absl::Mutex mutex_;
  std::vector<const ForkGuard*> guards_ ABSL_GUARDED_BY(mutex_);
};

namespace {

// Before all other code of the program, as far as one can, because the handlers that are installed
// first are the last to run before a fork. A guarded mutex is then locked after every lock of the
// program that has fork handlers too, so that such a lock may be held while a guarded mutex is
// locked. In the other order, the fork would hold the guarded mutex and wait for the program's
// lock, and the thread that holds that lock would wait for the guarded mutex.
//
// It is the library's only global constructor.
#ifdef __clang__
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wglobal-constructors"
#endif
#ifdef __APPLE__  // has no priorities
__attribute__((constructor)) void InstallForkHandlers() {
#else
__attribute__((constructor(101))) void InstallForkHandlers() {  // up to 100 are the compiler's own
#endif
  pthread_atfork([] { ForkGuards::Get().LockAll(); }, [] { ForkGuards::Get().UnlockAll(); },
                 [] { ForkGuards::Get().StartChild(); });
}  // namespace
#ifdef __clang__
#pragma clang diagnostic pop
#endif

}  // namespace

ForkGuard::ForkGuard(absl::Mutex& mutex) : mutex_(mutex) { ForkGuards::Get().Add(*this); }

ForkGuard::~ForkGuard() { ForkGuards::Get().Remove(*this); }

bool ForkGuard::IsFree() const {
  if (!TryLock(mutex_)) return false;
  Unlock(mutex_);
  return true;
}

absl::Status ForkGuard::NotFreeError(absl::string_view operation) {
  return PlainStatus(
      absl::StatusCode::kFailedPrecondition,
      absl::StrCat(operation, ": another thread is in a call of this poller, or was when this ",
                   "process was made without fork handlers; then destroy the poller"));
}

}  // namespace someos::base
