// What Lock and RLock have in common: their functions.

#ifndef SOMEOS_BACKENDS_THREAD_BASE_LOCK_INTERFACE_H_
#define SOMEOS_BACKENDS_THREAD_BASE_LOCK_INTERFACE_H_

#include <optional>

#include "absl/base/attributes.h"
#include "absl/base/optimization.h"
#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "someos/backends/thread_base/core.h"
#include "someos/backends/thread_base/errors.h"

namespace someos::thread_base {

// The names of the operations of a lock in reports, and its error.
struct LockNames {
  const char* acquire;
  const char* release;
  const char* locked;
  const char* lock;
  const char* try_lock;
  const char* try_lock_for;
  const char* unlock;
  const char* release_error;
};

// The functions of a lock `Derived`, which has these members, and tells Core of a new owner:
//
//   static constexpr LockNames kNames;
//   bool TryLock(const Operation&);                        // without waiting
//   WaitEnd LockUntil(Core::Deadline&, const Operation&);  // kWoken: it is locked
//   bool TryUnlock();                                      // false: refused
//   bool IsLocked() const;
//
// std::scoped_lock and std::unique_lock take it, which is Python's `with lock:`. Thread-safe.
// Unfair: a thread that comes may overtake those that wait. It may be destroyed by whoever locks it
// last, even while the release before has not returned.
template <typename Core, typename Derived>
class ABSL_LOCKABLE LockInterface {
 public:
  LockInterface(const LockInterface&) = delete;
  LockInterface& operator=(const LockInterface&) = delete;

  // Locks it and returns true. Waits until that is possible; if not `blocking`, not at all; with a
  // timeout, no longer than that, and returns false then. No timeout and InfiniteDuration are the
  // same.
  //
  // kInvalidArgument for a timeout of a call that does not block ("can't specify a timeout for a
  // non-blocking call") and for a negative one ("timeout value must be a non-negative number", also
  // -1, which is Python's word for no timeout). kOutOfRange "timeout value is too large" beyond
  // kTimeoutMax. kFailedPrecondition "would wait for ever: there is one thread" where that is so.
  // An errno if the clock cannot be read.
  absl::StatusOr<bool> Acquire(bool blocking = true,
                               std::optional<absl::Duration> timeout = std::nullopt)
      ABSL_NO_THREAD_SAFETY_ANALYSIS {
    if (ABSL_PREDICT_TRUE(blocking && !timeout.has_value())) {
      return LockFor(absl::InfiniteDuration(), Named(Derived::kNames.acquire));
    }
    const absl::StatusOr<absl::Duration> time = LockTimeout(blocking, timeout);
    if (!time.ok()) return time.status();
    return LockFor(*time, Named(Derived::kNames.acquire));
  }

  // Undoes one Acquire. kFailedPrecondition with Python's message if there is none that this thread
  // may undo.
  absl::Status Release() ABSL_NO_THREAD_SAFETY_ANALYSIS {
    return Unlock(Named(Derived::kNames.release)) ? absl::OkStatus()
                                                  : RuntimeError(Derived::kNames.release_error);
  }

  // Whether it is locked, as of this moment.
  bool locked() const {
    Core::Point(Named(Derived::kNames.locked));
    return derived().IsLocked();
  }

  // The same for the standard library's templates. What cannot be done, such as to unlock a lock
  // that is not locked, ends the program with a line on the standard error output.
  void lock() ABSL_EXCLUSIVE_LOCK_FUNCTION() ABSL_NO_THREAD_SAFETY_ANALYSIS {
    const Operation operation = Named(Derived::kNames.lock);
    Core::Point(operation);
    if (ABSL_PREDICT_FALSE(!derived().TryLock(operation))) WaitOrEndProgram(operation);
  }
  bool try_lock() ABSL_EXCLUSIVE_TRYLOCK_FUNCTION(true) ABSL_NO_THREAD_SAFETY_ANALYSIS {
    const Operation operation = Named(Derived::kNames.try_lock);
    Core::Point(operation);
    return derived().TryLock(operation);
  }
  // With a timeout of zero or less as try_lock.
  bool try_lock_for(absl::Duration timeout)
      ABSL_EXCLUSIVE_TRYLOCK_FUNCTION(true) ABSL_NO_THREAD_SAFETY_ANALYSIS {
    const Operation operation = Named(Derived::kNames.try_lock_for);
    const absl::StatusOr<bool> locked = LockFor(timeout, operation);
    if (ABSL_PREDICT_FALSE(!locked.ok())) EndProgram(operation, locked.status());
    return *locked;
  }
  void unlock() ABSL_UNLOCK_FUNCTION() ABSL_NO_THREAD_SAFETY_ANALYSIS {
    const Operation operation = Named(Derived::kNames.unlock);
    if (ABSL_PREDICT_FALSE(!Unlock(operation))) {
      EndProgram(operation, RuntimeError(Derived::kNames.release_error));
    }
  }

 private:
  friend Derived;

  LockInterface() = default;
  ~LockInterface() = default;

  const Derived& derived() const { return static_cast<const Derived&>(*this); }
  Derived& derived() { return static_cast<Derived&>(*this); }

  Operation Named(const char* name) const { return {name, &derived()}; }

  bool Unlock(const Operation& operation) {
    Core::Point(operation);
    return derived().TryUnlock();
  }

  absl::StatusOr<bool> LockFor(absl::Duration timeout, const Operation& operation) {
    Core::Point(operation);
    if (ABSL_PREDICT_TRUE(derived().TryLock(operation))) return true;
    if (timeout <= absl::ZeroDuration()) return false;
    return WaitFor(timeout, operation);
  }

  ABSL_ATTRIBUTE_NOINLINE absl::StatusOr<bool> WaitFor(absl::Duration timeout,
                                                       const Operation& operation) {
    auto deadline = Core::Deadline::NotStarted(timeout);
    const WaitEnd end = derived().LockUntil(deadline, operation);
    return WaitResult(end, deadline.clock_error(), operation);
  }

  ABSL_ATTRIBUTE_NOINLINE void WaitOrEndProgram(const Operation& operation) {
    const absl::StatusOr<bool> locked = WaitFor(absl::InfiniteDuration(), operation);
    if (!locked.ok()) EndProgram(operation, locked.status());
  }
};

}  // namespace someos::thread_base

#endif  // SOMEOS_BACKENDS_THREAD_BASE_LOCK_INTERFACE_H_
