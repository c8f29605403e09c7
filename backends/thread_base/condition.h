// Python's Condition over a Core.

#ifndef SOMEOS_BACKENDS_THREAD_BASE_CONDITION_H_
#define SOMEOS_BACKENDS_THREAD_BASE_CONDITION_H_

#include <cstdint>
#include <optional>

#include "absl/base/thread_annotations.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "someos/backends/thread_base/core.h"
#include "someos/backends/thread_base/errors.h"
#include "someos/backends/thread_base/lock.h"
#include "someos/backends/thread_base/rlock.h"
#include "someos/backends/thread_base/wait_queue.h"

namespace someos::thread_base {

// A lock, and threads that wait, without holding it, to be notified by one that holds it.
//
// Each notification wakes a thread that waited when it was made, the one that has waited longest
// first, and no thread wakes without one. A notification is not lost to a thread whose timeout
// passes at the same time: Wait returns true then (findings/cpython_condition_timeout.sh).
//
// Several conditions may share a lock, which must outlive them. Thread-safe; may be destroyed when
// no thread waits. In a forked child no thread waits.
//
// Source: Python's documentation of threading.Condition.
template <typename Core>
class ABSL_LOCKABLE Condition {
 public:
  // With an RLock of its own.
  Condition() : rlock_(&own_lock_.emplace()) {}
  explicit Condition(RLock<Core>& lock) : rlock_(&lock) {}
  explicit Condition(Lock<Core>& lock) : lock_(&lock) {}
  Condition(const Condition&) = delete;
  Condition& operator=(const Condition&) = delete;

  // Those of its lock.
  absl::StatusOr<bool> Acquire(bool blocking = true,
                               std::optional<absl::Duration> timeout = std::nullopt) {
    return lock_ != nullptr ? lock_->Acquire(blocking, timeout)
                            : rlock_->Acquire(blocking, timeout);
  }
  absl::Status Release() { return lock_ != nullptr ? lock_->Release() : rlock_->Release(); }
  void lock() ABSL_EXCLUSIVE_LOCK_FUNCTION() ABSL_NO_THREAD_SAFETY_ANALYSIS {
    lock_ != nullptr ? lock_->lock() : rlock_->lock();
  }
  bool try_lock() ABSL_EXCLUSIVE_TRYLOCK_FUNCTION(true) ABSL_NO_THREAD_SAFETY_ANALYSIS {
    return lock_ != nullptr ? lock_->try_lock() : rlock_->try_lock();
  }
  void unlock() ABSL_UNLOCK_FUNCTION() ABSL_NO_THREAD_SAFETY_ANALYSIS {
    lock_ != nullptr ? lock_->unlock() : rlock_->unlock();
  }

  // Releases the lock, an RLock at all its levels, waits for a notification, and locks it again.
  // Returns whether there was a notification before the timeout; it may take longer until the lock
  // can be locked again. A timeout of zero or less releases the lock for a moment.
  //
  // kFailedPrecondition "cannot wait on un-acquired lock" if this thread does not own the RLock, or
  // nobody has locked the Lock. kOutOfRange, kFailedPrecondition of a wait that nobody can end, and
  // an errno as Lock::Acquire. The lock is as it was before.
  absl::StatusOr<bool> Wait(std::optional<absl::Duration> timeout = std::nullopt) {
    const Operation operation = {"Condition.Wait", this};
    Core::Point(operation);
    if (absl::Status status = CheckWait(timeout); !status.ok()) return status;
    auto deadline = Core::Deadline::NotStarted(timeout.value_or(absl::InfiniteDuration()));
    return WaitUntil(deadline, operation);
  }

  // Waits until `predicate`, which is called with the lock held, returns true, or the timeout
  // passes. Returns what it returned last. Errors as Wait.
  absl::StatusOr<bool> WaitFor(absl::FunctionRef<bool()> predicate,
                               std::optional<absl::Duration> timeout = std::nullopt) {
    const Operation operation = {"Condition.WaitFor", this};
    Core::Point(operation);
    if (absl::Status status = CheckWait(timeout); !status.ok()) return status;
    auto deadline = typename Core::Deadline(timeout.value_or(absl::InfiniteDuration()));
    while (!predicate()) {
      if (deadline.Passed()) {
        return WaitResult(WaitEnd::kTimedOut, deadline.clock_error(), operation);
      }
      const absl::StatusOr<bool> notified = WaitUntil(deadline, operation);
      if (!notified.ok()) return notified;
    }
    return true;
  }

  // Notifies up to `count` threads; none for a count of zero or less. kFailedPrecondition "cannot
  // notify on un-acquired lock" as for Wait.
  absl::Status Notify(int64_t count = 1) { return Notify(count, {"Condition.Notify", this}); }
  absl::Status NotifyAll() { return Notify(INT64_MAX, {"Condition.NotifyAll", this}); }

 private:
  using Queue = WaitQueue<Core>;

  absl::Status Notify(int64_t count, const Operation& operation) {
    Core::Point(operation);
    if (!IsOwned()) return RuntimeError("cannot notify on un-acquired lock");
    const typename Queue::Section section(queue_, operation);
    queue_.Wake(count);
    return absl::OkStatus();
  }

  absl::Status CheckWait(std::optional<absl::Duration> timeout) const {
    if (!IsOwned()) return RuntimeError("cannot wait on un-acquired lock");
    return timeout.has_value() ? CheckTimeout(*timeout) : absl::OkStatus();
  }

  absl::StatusOr<bool> WaitUntil(typename Core::Deadline& deadline, const Operation& operation) {
    typename Queue::Waiter waiter;
    {
      const typename Queue::Section section(queue_, operation);
      queue_.Add(waiter);
    }
    const uint64_t levels = ReleaseAll();
    const WaitEnd end = queue_.Sleep(waiter, deadline, operation);
    AcquireAll(levels, operation);
    return WaitResult(end, deadline.clock_error(), operation);
  }

  bool IsOwned() const { return lock_ != nullptr ? lock_->IsLocked() : rlock_->IsOwned(); }

  // Returns the levels of an RLock.
  uint64_t ReleaseAll() {
    if (lock_ == nullptr) return rlock_->UnlockAll();
    lock_->TryUnlock();
    return 1;
  }

  void AcquireAll(uint64_t levels, const Operation& operation) {
    auto deadline = Core::Deadline::NotStarted(absl::InfiniteDuration());
    const WaitEnd end = lock_ != nullptr
                            ? lock_->LockWhenWoken(deadline, {operation.name, lock_})
                            : rlock_->LockAllWhenWoken(levels, deadline, {operation.name, rlock_});
    if (end != WaitEnd::kWoken) EndProgram(operation, WouldWaitForever());
  }

  std::optional<RLock<Core>> own_lock_;
  Lock<Core>* lock_ = nullptr;  // this or the other
  RLock<Core>* rlock_ = nullptr;
  Queue queue_;
};

}  // namespace someos::thread_base

#endif  // SOMEOS_BACKENDS_THREAD_BASE_CONDITION_H_
