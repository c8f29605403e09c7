// Python's Lock over a Core.

#ifndef SOMEOS_BACKENDS_THREAD_BASE_LOCK_H_
#define SOMEOS_BACKENDS_THREAD_BASE_LOCK_H_

#include "absl/base/optimization.h"
#include "absl/base/thread_annotations.h"
#include "someos/backends/thread_base/core.h"
#include "someos/backends/thread_base/lock_interface.h"
#include "someos/backends/thread_base/word_lock.h"

namespace someos::thread_base {

template <typename Core>
class Condition;

// A lock that nobody owns: any thread may release it (Release, "release unlocked lock" if it is not
// locked). A thread that locks it twice waits for ever; see RLock.
//
// In a forked child it is locked if it was at the time of the fork; if the thread that was to
// release it is not in the child, that has to be done by another.
//
// Source: Python's documentation of threading.Lock.
template <typename Core>
class ABSL_LOCKABLE Lock : public LockInterface<Core, Lock<Core>> {
 public:
  Lock() = default;

 private:
  friend class LockInterface<Core, Lock<Core>>;
  friend class Condition<Core>;

  static constexpr LockNames kNames = {"Lock.Acquire", "Lock.Release",         "Lock.locked",
                                       "Lock.lock",    "Lock.try_lock",        "Lock.try_lock_for",
                                       "Lock.unlock",  "release unlocked lock"};

  bool TryLock(const Operation& operation) {
    const bool locked = word_lock_.TryLock();
    if (ABSL_PREDICT_TRUE(locked)) Core::Acquired(operation);
    return locked;
  }

  WaitEnd LockUntil(typename Core::Deadline& deadline, const Operation& operation) {
    const WaitEnd end = word_lock_.Lock(deadline, operation);
    if (end == WaitEnd::kWoken) Core::Acquired(operation);
    return end;
  }

  // For Condition.
  WaitEnd LockWhenWoken(typename Core::Deadline& deadline, const Operation& operation) {
    const WaitEnd end = word_lock_.LockWhenWoken(deadline, operation);
    if (end == WaitEnd::kWoken) Core::Acquired(operation);
    return end;
  }

  bool TryUnlock() {
    const bool unlocked = word_lock_.TryUnlock();
    if (ABSL_PREDICT_TRUE(unlocked)) Core::Released(this);  // which may be gone
    return unlocked;
  }

  bool IsLocked() const { return word_lock_.IsLocked(); }

  WordLock<Core> word_lock_;
};

}  // namespace someos::thread_base

#endif  // SOMEOS_BACKENDS_THREAD_BASE_LOCK_H_
