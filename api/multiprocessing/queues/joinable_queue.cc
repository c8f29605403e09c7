#include "someos/api/multiprocessing/queues/joinable_queue.h"

#include <memory>
#include <optional>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "someos/api/errno_status.h"
#include "someos/api/multiprocessing/connection/connection.h"
#include "someos/api/multiprocessing/queues/queue.h"
#include "someos/api/multiprocessing/synchronize/condition.h"
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

absl::Status JoinableQueue::Count() {
  const absl::StatusOr<bool> acquired = condition_.Acquire();
  if (!acquired.ok()) return acquired.status();
  absl::Status status = unfinished_.Release();
  status.Update(condition_.Release());
  return status;
}

absl::Status JoinableQueue::TaskDone() {
  const absl::StatusOr<bool> acquired = condition_.Acquire();
  if (!acquired.ok()) return acquired.status();
  const absl::StatusOr<bool> taken = unfinished_.Acquire(/*block=*/false);
  absl::Status status = taken.status();
  if (taken.ok() && !*taken) {
    status = PlainStatus(absl::StatusCode::kInvalidArgument, "task_done() called too many times");
  }
  if (status.ok()) {
    const absl::StatusOr<bool> all_done = unfinished_.IsZero();
    status = all_done.ok() && *all_done ? condition_.NotifyAll() : all_done.status();
  }
  status.Update(condition_.Release());
  return status;
}

absl::StatusOr<bool> JoinableQueue::Join(std::optional<absl::Duration> timeout) {
  const absl::StatusOr<bool> acquired = condition_.Acquire();
  if (!acquired.ok()) return acquired.status();
  absl::Status error;
  const absl::StatusOr<bool> done = condition_.WaitFor(
      [&] {
        const absl::StatusOr<bool> none = unfinished_.IsZero();
        error.Update(none.status());
        return !none.ok() || *none;
      },
      timeout);
  if (const absl::Status status = condition_.Release(); !status.ok()) return status;
  if (!error.ok()) return error;
  return done;
}

}  // namespace someos::multiprocessing
