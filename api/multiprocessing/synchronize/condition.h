// Python's multiprocessing.Condition.

#ifndef SOMEOS_API_MULTIPROCESSING_SYNCHRONIZE_CONDITION_H_
#define SOMEOS_API_MULTIPROCESSING_SYNCHRONIZE_CONDITION_H_

#include <memory>
#include <optional>
#include <utility>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "someos/api/multiprocessing/synchronize/sem_lock.h"

namespace someos::multiprocessing {

// Threads of any processes wait until others notify them; made of a lock and three semaphores, as
// Python's, so that Python's processes wait and notify as well.
//
// A process that is killed while it waits leaves the next Notify waiting for it, as in Python.
//
// Threads: all functions but moves may be called by any thread at the same time.
class Condition {
 public:
  // What other processes need to open it, in the order of Python's pickles.
  struct State {
    SemLock::State lock;
    SemLock::State sleeping;
    SemLock::State woken;
    SemLock::State wait;
  };

  // Of a lock that others may use, too, a Lock or an RLock; of a new RLock if there is none. Errnos
  // as of RLock::Create.
  static absl::StatusOr<Condition> Create(std::shared_ptr<SemLock> lock = nullptr);
  // Errors as of SemLock::Open.
  static absl::StatusOr<Condition> Open(const State& state);

  // Those of the lock.
  absl::StatusOr<bool> Acquire(bool block = true,
                               std::optional<absl::Duration> timeout = std::nullopt) {
    return lock_->Acquire(block, timeout);
  }
  absl::Status Release() { return lock_->Release(); }

  // Releases the lock, however often this thread has acquired it, waits to be notified, and
  // acquires it again. False after `timeout`; a negative one is 0.
  //
  // kFailedPrecondition (AssertionError) "must acquire() condition before using wait()". Errnos of
  // the semaphores.
  absl::StatusOr<bool> Wait(std::optional<absl::Duration> timeout = std::nullopt);

  // Waits until the predicate, called with the lock, is true; what it is at last. Errors of Wait.
  absl::StatusOr<bool> WaitFor(absl::FunctionRef<bool()> predicate,
                               std::optional<absl::Duration> timeout = std::nullopt);

  // Wakes as many of those that wait, and returns when they have woken. Zero or less wakes nobody.
  //
  // kFailedPrecondition (AssertionError) "lock is not owned". Errnos of the semaphores.
  absl::Status Notify(int count = 1);
  absl::Status NotifyAll();

  State state() const { return {lock_->state(), sleeping_.state(), woken_.state(), wait_.state()}; }

 private:
  Condition(std::shared_ptr<SemLock> lock, SemLock sleeping, SemLock woken, SemLock wait)
      : lock_(std::move(lock)),
        sleeping_(std::move(sleeping)),
        woken_(std::move(woken)),
        wait_(std::move(wait)) {}

  // Acquires the lock as often as it was.
  absl::Status AcquireAgain(int times);
  absl::Status ForgetThoseThatGaveUp();

  std::shared_ptr<SemLock> lock_;
  SemLock sleeping_;  // counts those that wait
  SemLock woken_;     // counts those that have stopped waiting and are still in sleeping_
  SemLock wait_;      // what they wait for
};

}  // namespace someos::multiprocessing

#endif  // SOMEOS_API_MULTIPROCESSING_SYNCHRONIZE_CONDITION_H_
