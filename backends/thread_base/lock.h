// Python's Lock over a Core.

#ifndef SOMEOS_BACKENDS_THREAD_BASE_LOCK_H_
#define SOMEOS_BACKENDS_THREAD_BASE_LOCK_H_

#include <optional>

#include "absl/base/attributes.h"
#include "absl/base/optimization.h"
#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "someos/backends/thread_base/core.h"
#include "someos/backends/thread_base/errors.h"
#include "someos/backends/thread_base/word_lock.h"

namespace someos::thread_base {

// A lock that nobody owns: any thread may release it. Locking it twice in a thread waits for ever;
// see RLock. Unfair: a thread that comes may overtake those that wait.
//
// std::scoped_lock and std::unique_lock take it, which is Python's `with lock:`. Thread-safe. It
// may be destroyed by whoever locks it last, even while the Release before has not returned. In a
// forked child it is locked if it was at the time of the fork, and if the thread that was to
// release it is not in the child, then for ever: also as in Python.
//
// Source: Python's documentation of threading.Lock.
template <typename Core>
class ABSL_LOCKABLE Lock {
 public:
  Lock() = default;
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;

  // Locks it and returns true. Waits until that is possible; if not `blocking`, not at all; with a
  // timeout, no longer than that, and returns false then. No timeout and InfiniteDuration are the
  // same.
  //
  // kInvalidArgument for a timeout of a call that does not block ("can't specify a timeout for a
  // non-blocking call") and for a negative one ("timeout value must be a non-negative number", also
  // -1, which is Python's word for no timeout). kOutOfRange "timeout value is too large" beyond
  // kTimeoutMax. kFailedPrecondition if no thread is left that could release it. An errno if the
  // clock cannot be read.
  absl::StatusOr<bool> Acquire(bool blocking = true,
                               std::optional<absl::Duration> timeout = std::nullopt)
      ABSL_NO_THREAD_SAFETY_ANALYSIS {
    if (ABSL_PREDICT_TRUE(blocking && !timeout.has_value())) {
      return LockFor(absl::InfiniteDuration(), {"Lock.Acquire", this});
    }
    const absl::StatusOr<absl::Duration> time = LockTimeout(blocking, timeout);
    if (!time.ok()) return time.status();
    return LockFor(*time, {"Lock.Acquire", this});
  }

  // kFailedPrecondition "release unlocked lock".
  absl::Status Release() ABSL_NO_THREAD_SAFETY_ANALYSIS {
    return UnlockNow({"Lock.Release", this}) ? absl::OkStatus()
                                             : RuntimeError("release unlocked lock");
  }

  // Whether it is locked, as of this moment.
  bool locked() const {
    Core::Point({"Lock.locked", this});
    return lock_.IsLocked();
  }

  // The same for the standard library's templates. What cannot be done, such as to unlock a lock
  // that is not locked, ends the program with a line on the standard error output.
  void lock() ABSL_EXCLUSIVE_LOCK_FUNCTION() ABSL_NO_THREAD_SAFETY_ANALYSIS {
    const Operation operation = {"Lock.lock", this};
    Core::Point(operation);
    if (ABSL_PREDICT_FALSE(!LockNow(operation))) WaitOrEndProgram(operation);
  }
  bool try_lock() ABSL_EXCLUSIVE_TRYLOCK_FUNCTION(true) ABSL_NO_THREAD_SAFETY_ANALYSIS {
    const Operation operation = {"Lock.try_lock", this};
    Core::Point(operation);
    return LockNow(operation);
  }
  // With a timeout of zero or less as try_lock.
  bool try_lock_for(absl::Duration timeout)
      ABSL_EXCLUSIVE_TRYLOCK_FUNCTION(true) ABSL_NO_THREAD_SAFETY_ANALYSIS {
    const Operation operation = {"Lock.try_lock_for", this};
    const absl::StatusOr<bool> locked = LockFor(timeout, operation);
    if (ABSL_PREDICT_FALSE(!locked.ok())) EndProgram(operation, locked.status());
    return *locked;
  }
  void unlock() ABSL_UNLOCK_FUNCTION() ABSL_NO_THREAD_SAFETY_ANALYSIS {
    const Operation operation = {"Lock.unlock", this};
    if (ABSL_PREDICT_FALSE(!UnlockNow(operation))) {
      EndProgram(operation, RuntimeError("release unlocked lock"));
    }
  }

 private:
  bool LockNow(const Operation& operation) {
    const bool locked = lock_.TryLock();
    if (ABSL_PREDICT_TRUE(locked)) Core::Acquired(operation);
    return locked;
  }

  bool UnlockNow(const Operation& operation) {
    Core::Point(operation);
    const bool was_locked = lock_.TryUnlock();
    if (ABSL_PREDICT_TRUE(was_locked)) Core::Released(operation.object);  // `this` may be gone
    return was_locked;
  }

  absl::StatusOr<bool> LockFor(absl::Duration timeout, const Operation& operation) {
    Core::Point(operation);
    if (ABSL_PREDICT_TRUE(LockNow(operation))) return true;
    if (timeout <= absl::ZeroDuration()) return false;
    return WaitFor(timeout, operation);
  }

  ABSL_ATTRIBUTE_NOINLINE absl::StatusOr<bool> WaitFor(absl::Duration timeout,
                                                       const Operation& operation) {
    auto deadline = Core::Deadline::NotStarted(timeout);
    const WaitEnd end = lock_.Lock(deadline, operation);
    if (end == WaitEnd::kWoken) Core::Acquired(operation);
    return WaitResult(end, deadline.clock_error(), operation);
  }

  ABSL_ATTRIBUTE_NOINLINE void WaitOrEndProgram(const Operation& operation) {
    const absl::StatusOr<bool> locked = WaitFor(absl::InfiniteDuration(), operation);
    if (!locked.ok()) EndProgram(operation, locked.status());
  }

  WordLock<Core> lock_;
};

}  // namespace someos::thread_base

#endif  // SOMEOS_BACKENDS_THREAD_BASE_LOCK_H_
