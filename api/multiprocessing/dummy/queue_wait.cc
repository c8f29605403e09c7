#include "someos/api/multiprocessing/dummy/queue_wait.h"

#include <optional>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "someos/api/errno_status.h"
#include "someos/api/threading.h"

namespace someos::multiprocessing::dummy::internal {

absl::StatusOr<bool> QueueWait(threading::Condition& changed, absl::FunctionRef<bool()> ready,
                               bool block, std::optional<absl::Duration> timeout) {
  if (!block) return ready();
  if (timeout.has_value() && *timeout < absl::ZeroDuration()) {
    return PlainStatus(absl::StatusCode::kInvalidArgument,
                       "'timeout' must be a non-negative number");
  }
  return changed.WaitFor(ready, timeout);
}

absl::Status QueueIsFull() {
  return PlainStatus(absl::StatusCode::kDeadlineExceeded, "the queue is full");
}

absl::Status QueueIsEmpty() {
  return PlainStatus(absl::StatusCode::kDeadlineExceeded, "the queue is empty");
}

absl::Status QueueIsShutDown() {
  return PlainStatus(absl::StatusCode::kCancelled, "the queue is shut down");
}

absl::Status TooManyTasksDone() {
  return PlainStatus(absl::StatusCode::kInvalidArgument, "task_done() called too many times");
}

}  // namespace someos::multiprocessing::dummy::internal
