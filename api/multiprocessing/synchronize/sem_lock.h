// What Python's Lock, RLock, Semaphore and BoundedSemaphore of multiprocessing are made of.

#ifndef SOMEOS_API_MULTIPROCESSING_SYNCHRONIZE_SEM_LOCK_H_
#define SOMEOS_API_MULTIPROCESSING_SYNCHRONIZE_SEM_LOCK_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "someos/backends/lock_semaphore/named_semaphore.h"

namespace someos::multiprocessing {

// A semaphore with a name, which other processes, also Python's, open; Python's
// _multiprocessing.SemLock.
//
// The object that has created it removes the name when it ends. A forked child uses its copy; it
// owns nothing that the forking thread owned. A process that is killed while it has acquired leaves
// it so: see SharedLock for locks that notice that.
//
// Threads: all functions but moves and Unlink may be called by any thread at the same time. Each
// object counts for itself, as in Python: a second one of the same name in a process knows nothing
// of what the first one has acquired.
class SemLock {
 public:
  enum class Kind : uint8_t { kRecursive = 0, kSemaphore = 1 };  // Python's numbers

  // What other processes need to open it; in Python's pickles (handle, kind, maxvalue, name).
  struct State {
    Kind kind;
    int max_value;
    std::string name;  // "/mp-12345678"
  };

  // Opens the one of another process.
  //
  // ENOENT (FileNotFoundError): there is no such name any more. EACCES, EINVAL. kInvalidArgument
  // (ValueError) "embedded null character".
  static absl::StatusOr<SemLock> Open(const State& state);

  SemLock(SemLock&&) noexcept = default;
  SemLock& operator=(SemLock&&) = delete;

  // Acquires it and returns true. Without `block` it does not wait, with a timeout no longer than
  // that, and then returns false. Negative timeouts are 0. A recursive one that this thread owns is
  // acquired once more.
  //
  // Errnos, if the clock cannot be read.
  absl::StatusOr<bool> Acquire(bool block = true,
                               std::optional<absl::Duration> timeout = std::nullopt);

  // Undoes one Acquire. Any thread of any process may, unless it is recursive.
  //
  // kInvalidArgument (ValueError) "semaphore or lock released too many times": the value is the
  // greatest already, which is looked up before and not in the same step, as in Python. (Not
  // noticed on macOS by one whose greatest value is not 1.) kFailedPrecondition (AssertionError)
  // "attempt to release recursive lock not owned by thread".
  absl::Status Release();

  // get_value(). kUnimplemented on macOS.
  absl::StatusOr<int> GetValue() const { return semaphore_->Value(); }
  // _is_zero(): whether it cannot be acquired without waiting, as of this moment. (On macOS this
  // acquires it for a moment.)
  absl::StatusOr<bool> IsZero();
  // _count(): how often this process has acquired it by this object, less its releases.
  int Count() const;
  // _is_mine(): whether this thread is the last one of this process that has acquired it, and it
  // has not been released since.
  bool IsMine() const;

  // Removes the name, which the creator does at its end. Who has it open goes on. ENOENT.
  absl::Status Unlink() { return semaphore_->Unlink(); }

  State state() const { return {kind_, max_value_, semaphore_->name()}; }

 protected:
  // EINVAL (OSError): `value` is negative, or greater than the system's greatest. Errnos: EMFILE,
  // ENFILE, ENOSPC, EACCES.
  static absl::StatusOr<SemLock> Create(Kind kind, int value, int max_value);

 private:
  // Of the process; shared by threads.
  struct Holding {
    std::atomic<int64_t> owner{0};
    // Above the count, the generation of forks in which it holds: both change in one step.
    std::atomic<uint64_t> count{0};
  };

  SemLock(lock_semaphore::NamedSemaphore semaphore, Kind kind, int max_value)
      : semaphore_(std::make_unique<lock_semaphore::NamedSemaphore>(std::move(semaphore))),
        holding_(std::make_unique<Holding>()),
        kind_(kind),
        max_value_(max_value) {}

  void AddToCount(int more);
  absl::Status CheckNotFull() const;

  std::unique_ptr<lock_semaphore::NamedSemaphore> semaphore_;
  std::unique_ptr<Holding> holding_;
  Kind kind_;
  int max_value_;
};

}  // namespace someos::multiprocessing

#endif  // SOMEOS_API_MULTIPROCESSING_SYNCHRONIZE_SEM_LOCK_H_
