// Python's multiprocessing.Event.

#ifndef SOMEOS_API_MULTIPROCESSING_SYNCHRONIZE_EVENT_H_
#define SOMEOS_API_MULTIPROCESSING_SYNCHRONIZE_EVENT_H_

#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "someos/api/multiprocessing/synchronize/condition.h"
#include "someos/api/multiprocessing/synchronize/sem_lock.h"

namespace someos::multiprocessing {

// A flag that threads of any processes wait for; made of a Condition with a Lock and of a
// semaphore, as Python's, so that Python's processes wait and set as well. See Condition for what a
// process leaves that is killed.
//
// Threads: all functions but moves may be called by any thread at the same time. All return errnos
// of the semaphores.
class Event {
 public:
  // What other processes need to open it.
  struct State {
    Condition::State condition;
    SemLock::State flag;
  };

  // Not set. Errnos as of Lock::Create.
  static absl::StatusOr<Event> Create();
  // Errors as of SemLock::Open.
  static absl::StatusOr<Event> Open(const State& state);

  absl::StatusOr<bool> IsSet();
  // Wakes all that wait.
  absl::Status Set();
  absl::Status Clear();
  // Waits until it is set; whether it is. A negative timeout is 0.
  absl::StatusOr<bool> Wait(std::optional<absl::Duration> timeout = std::nullopt);

  State state() const { return {condition_.state(), flag_.state()}; }

 private:
  Event(Condition condition, SemLock flag)
      : condition_(std::move(condition)), flag_(std::move(flag)) {}

  // With the condition's lock.
  absl::StatusOr<bool> FlagIsSet();

  Condition condition_;
  SemLock flag_;  // 1 while it is set
};

}  // namespace someos::multiprocessing

#endif  // SOMEOS_API_MULTIPROCESSING_SYNCHRONIZE_EVENT_H_
