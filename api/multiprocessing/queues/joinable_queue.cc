#include "someos/api/multiprocessing/queues/joinable_queue.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "someos/api/errno_status.h"
#include "someos/api/multiprocessing/connection/connection.h"
#include "someos/api/multiprocessing/queues/queue.h"
#include "someos/api/multiprocessing/synchronize/condition.h"
#include "someos/api/multiprocessing/synchronize/locked.h"
#include "someos/api/multiprocessing/synchronize/sem_lock.h"
#include "someos/api/multiprocessing/synchronize/synchronize.h"

namespace someos::multiprocessing {

absl::StatusOr<std::unique_ptr<JoinableQueue>> JoinableQueue::Create(
    int max_size, const ConnectionOptions& options) {
  absl::StatusOr<Parts> parts = MakeParts(max_size, options);
  if (!parts.ok()) return parts.status();
  absl::StatusOr<Condition> condition = Condition::Create();
  if (!condition.ok()) return condition.status();
  absl::StatusOr<Semaphore> unfinished = Semaphore::Create(0);
  if (!unfinished.ok()) return unfinished.status();
  return absl::WrapUnique(
      new JoinableQueue(*std::move(parts), *std::move(condition), *std::move(unfinished), options));
}

absl::StatusOr<std::unique_ptr<JoinableQueue>> JoinableQueue::Open(
    const State& state, const ConnectionOptions& options) {
  absl::StatusOr<Parts> parts = OpenParts(state.queue, options);
  if (!parts.ok()) return parts.status();
  absl::StatusOr<Condition> condition = Condition::Open(state.condition);
  if (!condition.ok()) return condition.status();
  absl::StatusOr<SemLock> unfinished = SemLock::Open(state.unfinished);
  if (!unfinished.ok()) return unfinished.status();
  return absl::WrapUnique(
      new JoinableQueue(*std::move(parts), *std::move(condition), *std::move(unfinished), options));
}

// Counts first: the value may be received, and done, at once. Who waits or is done looks at the
// number with the lock, so nobody sees one that counts a value which was not taken.
absl::Status JoinableQueue::Enqueue(std::string frame) {
  return internal::Locked(condition_, [&]() -> absl::Status {
    if (absl::Status status = unfinished_.Release(); !status.ok()) return status;
    absl::Status status = Queue::Enqueue(std::move(frame));
    if (!status.ok()) static_cast<void>(unfinished_.Acquire(/*block=*/false));
    return status;
  });
}

absl::Status JoinableQueue::TaskDone() {
  return internal::Locked(condition_, [this]() -> absl::Status {
    const absl::StatusOr<bool> taken = unfinished_.Acquire(/*block=*/false);
    if (!taken.ok()) return taken.status();
    if (!*taken) {
      return PlainStatus(absl::StatusCode::kInvalidArgument, "task_done() called too many times");
    }
    const absl::StatusOr<bool> all_done = unfinished_.IsZero();
    return all_done.ok() && *all_done ? condition_.NotifyAll() : all_done.status();
  });
}

absl::StatusOr<bool> JoinableQueue::Join(std::optional<absl::Duration> timeout) {
  return internal::Locked(condition_, [&]() -> absl::StatusOr<bool> {
    absl::Status error;
    absl::StatusOr<bool> done = condition_.WaitFor(
        [&] {
          const absl::StatusOr<bool> none = unfinished_.IsZero();
          error.Update(none.status());
          return !none.ok() || *none;
        },
        timeout);
    if (!error.ok()) return error;
    return done;
  });
}

}  // namespace someos::multiprocessing
