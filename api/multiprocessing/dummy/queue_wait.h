// What the queues of all types have in common. Private to this package.

#ifndef SOMEOS_API_MULTIPROCESSING_DUMMY_QUEUE_WAIT_H_
#define SOMEOS_API_MULTIPROCESSING_DUMMY_QUEUE_WAIT_H_

#include <optional>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "someos/api/threading.h"

namespace someos::multiprocessing::dummy::internal {

// Waits, by Python's rules for `block` and `timeout`, until `ready`, and returns whether it is.
// kInvalidArgument (ValueError) "'timeout' must be a non-negative number", also if it is ready.
absl::StatusOr<bool> QueueWait(threading::Condition& changed, absl::FunctionRef<bool()> ready,
                               bool block, std::optional<absl::Duration> timeout);

absl::Status QueueIsFull();       // queue.Full
absl::Status QueueIsEmpty();      // queue.Empty
absl::Status QueueIsShutDown();   // queue.ShutDown
absl::Status TooManyTasksDone();  // ValueError

}  // namespace someos::multiprocessing::dummy::internal

#endif  // SOMEOS_API_MULTIPROCESSING_DUMMY_QUEUE_WAIT_H_
