// A worker of Python's multiprocessing.Pool. Private to this package.

#ifndef SOMEOS_API_MULTIPROCESSING_PYTHON_WORKER_POOL_WORKER_H_
#define SOMEOS_API_MULTIPROCESSING_PYTHON_WORKER_POOL_WORKER_H_

#include "absl/status/status.h"
#include "someos/api/multiprocessing/python_worker/evaluator.h"
#include "someos/api/multiprocessing/python_worker/spawn_message.h"
#include "someos/backends/worker_process/parent_process.h"

namespace someos::multiprocessing::internal {

// Does tasks until the Pool has no more, has ended, or the worker has done as many as it may. If
// the initializer fails, each task fails with its error: a worker that ended instead would be
// replaced by the next one, for ever.
//
// kUnimplemented: arguments that no Pool of 3.6 to 3.14 passes. Errnos of the queues.
absl::Status WorkForPool(const SpawnMessage& message, const Evaluator& evaluator,
                         const worker_process::ParentProcess& parent);

}  // namespace someos::multiprocessing::internal

#endif  // SOMEOS_API_MULTIPROCESSING_PYTHON_WORKER_POOL_WORKER_H_
