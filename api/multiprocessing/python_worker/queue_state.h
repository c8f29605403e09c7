// What Python passes to a process that it spawns in place of its queues. Private to this package.

#ifndef SOMEOS_API_MULTIPROCESSING_PYTHON_WORKER_QUEUE_STATE_H_
#define SOMEOS_API_MULTIPROCESSING_PYTHON_WORKER_QUEUE_STATE_H_

#include <string>

#include "absl/status/statusor.h"
#include "someos/api/multiprocessing/value/py_value.h"

namespace someos::multiprocessing::internal {

// The numbers are those of descriptors that this process has inherited; the names are those of
// semaphores.
struct QueueState {
  int reader = -1;
  int writer = -1;
  std::string read_lock;
  std::string write_lock;
  std::string places;  // of a queue with a greatest size: the semaphore that counts free places
};

// A multiprocessing.SimpleQueue; kUnimplemented if it is something else.
absl::StatusOr<QueueState> ReadSimpleQueue(const PyValue& value);

// A concurrent.futures.process._SafeQueue; kUnimplemented if it is something else.
absl::StatusOr<QueueState> ReadCallQueue(const PyValue& value);

}  // namespace someos::multiprocessing::internal

#endif  // SOMEOS_API_MULTIPROCESSING_PYTHON_WORKER_QUEUE_STATE_H_
