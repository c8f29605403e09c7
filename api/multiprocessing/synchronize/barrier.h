// Python's multiprocessing.Barrier.

#ifndef SOMEOS_API_MULTIPROCESSING_SYNCHRONIZE_BARRIER_H_
#define SOMEOS_API_MULTIPROCESSING_SYNCHRONIZE_BARRIER_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "someos/api/multiprocessing/shared_memory/shared_memory.h"
#include "someos/api/multiprocessing/synchronize/condition.h"
#include "someos/backends/base/deadline.h"

namespace someos::multiprocessing {

// A point that a number of threads, of any processes, pass together, again and again; made of a
// Condition and of two numbers in shared memory, as Python's, so that Python's processes wait as
// well.
//
// When a thread gives up waiting, or Abort is called, the barrier is broken: all that wait, and all
// that come until Reset, return kAborted "the barrier is broken" (Python's BrokenBarrierError). A
// process that is killed while it waits stays counted, and the Condition waits for it, as in
// Python.
//
// Threads: all functions but moves may be called by any thread at the same time. A forked child
// uses its copy. All return errnos of the semaphores.
class Barrier {
 public:
  using Action = absl::AnyInvocable<absl::Status()>;

  // What other processes need to open it.
  struct State {
    int parties;
    std::optional<absl::Duration> timeout;
    Condition::State condition;
    // Of the memory, and where in it the numbers are: two of Python's "i", what the barrier does
    // and how many threads are in it. The barrier's, to be inherited or sent.
    int descriptor;
    uint64_t offset = 0;  // in bytes
  };

  // `action`, if given, is called when all are there, before any passes, by the one that has come
  // last: each process has an action of its own. It may call Reset and Abort, and not wait. If it
  // fails, or an exception leaves it, the barrier is broken, and its thread gets the error.
  // `timeout` is that of Wait, if that has none.
  //
  // kInvalidArgument (ValueError) "parties must be > 0"; multiprocessing's own forgets to look.
  // Errnos as of Condition::Create and SharedMemory::CreateAnonymous.
  static absl::StatusOr<Barrier> Create(int parties, Action action = nullptr,
                                        std::optional<absl::Duration> timeout = std::nullopt);

  // One that another process has made; `state.descriptor` stays the caller's. Errors as of
  // Condition::Open and SharedMemory::OfDescriptor. kInvalidArgument "parties must be > 0", "the
  // numbers of the barrier are not within its memory".
  static absl::StatusOr<Barrier> Open(const State& state, Action action = nullptr);

  // Waits until as many threads as there are parties have called it. Returns a number from 0 to
  // parties() - 1, another one in each of them.
  //
  // kAborted if the barrier is broken, or has been reset meanwhile. After `timeout` it is broken,
  // too; zero or less breaks it unless this is the last party. kFailedPrecondition (RuntimeError)
  // "the action of a barrier cannot wait for it".
  absl::StatusOr<int> Wait(std::optional<absl::Duration> timeout = std::nullopt);

  // Makes the barrier empty and whole. Threads that wait return kAborted.
  absl::Status Reset();
  // Breaks the barrier.
  absl::Status Abort();

  int parties() const { return parties_; }
  // How many threads wait for the others, as of this moment.
  int n_waiting() const;
  bool broken() const;

  // Its descriptor is valid as long as the barrier.
  State state() const;

 private:
  struct Numbers;

  Barrier(int parties, Action action, std::optional<absl::Duration> timeout, Condition condition,
          SharedMemory memory, uint64_t offset);

  // All with the condition's lock.
  absl::Status Enter(base::Deadline& deadline);
  absl::Status Pass();
  absl::Status Act();
  absl::Status WaitToPass(base::Deadline& deadline);
  absl::Status Break();
  absl::Status Leave();
  // False after the deadline.
  absl::StatusOr<bool> Sleep(base::Deadline& deadline);
  absl::StatusOr<int> WaitLocked(base::Deadline& deadline);

  int parties_;
  Action action_;
  std::optional<absl::Duration> timeout_;
  Condition condition_;
  SharedMemory memory_;
  uint64_t offset_;
  Numbers* numbers_;  // in the memory
};

}  // namespace someos::multiprocessing

#endif  // SOMEOS_API_MULTIPROCESSING_SYNCHRONIZE_BARRIER_H_
