// Python's RLock over a Core.

#ifndef SOMEOS_BACKENDS_THREAD_BASE_RLOCK_H_
#define SOMEOS_BACKENDS_THREAD_BASE_RLOCK_H_

#include <atomic>
#include <cstdint>

#include "absl/base/optimization.h"
#include "absl/base/thread_annotations.h"
#include "someos/backends/thread_base/core.h"
#include "someos/backends/thread_base/lock_interface.h"
#include "someos/backends/thread_base/thread_number.h"
#include "someos/backends/thread_base/word_lock.h"

namespace someos::thread_base {

template <typename Core>
class Condition;

// A lock that its owner, a thread, may lock again; it is free when it has been released as often.
// Nobody else may release it ("cannot release un-acquired lock"): when the owner ends without that,
// it stays locked for ever.
//
// In a forked child it is locked if it was at the time of the fork: by the forking thread, which
// goes on owning it, or else for ever.
//
// Source: Python's documentation of threading.RLock.
template <typename Core>
class ABSL_LOCKABLE RLock : public LockInterface<Core, RLock<Core>> {
 public:
  RLock() = default;

 private:
  friend class LockInterface<Core, RLock<Core>>;
  friend class Condition<Core>;

  static constexpr LockNames kNames = {
      "RLock.Acquire",  "RLock.Release",      "RLock.locked", "RLock.lock",
      "RLock.try_lock", "RLock.try_lock_for", "RLock.unlock", "cannot release un-acquired lock"};

  bool TryLock(const Operation& operation) {
    if (IsOwned()) {
      ++count_;
      return true;
    }
    if (ABSL_PREDICT_FALSE(!word_lock_.TryLock())) return false;
    Own(1, operation);
    return true;
  }

  WaitEnd LockUntil(typename Core::Deadline& deadline, const Operation& operation) {
    const WaitEnd end = word_lock_.Lock(deadline, operation);
    if (end == WaitEnd::kWoken) Own(1, operation);
    return end;
  }

  // For Condition: undoes UnlockAll.
  WaitEnd LockAllWhenWoken(uint64_t levels, typename Core::Deadline& deadline,
                           const Operation& operation) {
    const WaitEnd end = word_lock_.LockWhenWoken(deadline, operation);
    if (end == WaitEnd::kWoken) Own(levels, operation);
    return end;
  }

  bool TryUnlock() {
    if (ABSL_PREDICT_FALSE(!IsOwned())) return false;
    if (--count_ == 0) Disown();
    return true;
  }

  // For Condition, by the owner: all levels. Returns how many there were.
  uint64_t UnlockAll() {
    const uint64_t levels = count_;
    Disown();
    return levels;
  }

  bool IsLocked() const { return word_lock_.IsLocked(); }

  // Only the owner itself finds its own number here, whatever others write meanwhile.
  bool IsOwned() const { return owner_.load(std::memory_order_relaxed) == ThreadNumber(); }

  void Own(uint64_t count, const Operation& operation) {
    owner_.store(ThreadNumber(), std::memory_order_relaxed);
    count_ = count;
    Core::Acquired(operation);
  }
  void Disown() {
    owner_.store(0, std::memory_order_relaxed);
    word_lock_.Unlock();
    Core::Released(this);  // which may be gone
  }

  WordLock<Core> word_lock_;
  std::atomic<uint64_t> owner_{0};  // its ThreadNumber, or 0
  uint64_t count_ = 0;              // for the owner alone
};

}  // namespace someos::thread_base

#endif  // SOMEOS_BACKENDS_THREAD_BASE_RLOCK_H_
