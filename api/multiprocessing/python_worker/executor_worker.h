// A worker of Python's concurrent.futures.ProcessPoolExecutor. Private to this package.

#ifndef SOMEOS_API_MULTIPROCESSING_PYTHON_WORKER_EXECUTOR_WORKER_H_
#define SOMEOS_API_MULTIPROCESSING_PYTHON_WORKER_EXECUTOR_WORKER_H_

#include "absl/status/status.h"
#include "someos/api/multiprocessing/python_worker/evaluator.h"
#include "someos/api/multiprocessing/python_worker/spawn_message.h"
#include "someos/backends/worker_process/parent_process.h"

namespace someos::multiprocessing::internal {

// Does calls until the executor has no more, has ended, or the worker has done as many as it may.
// If this fails, the executor raises BrokenProcessPool.
//
// kUnimplemented: arguments that no executor of 3.7 to 3.14 passes. The initializer's error. Errors
// of calls that cannot be unpickled. Errnos of the queues.
absl::Status WorkForExecutor(const SpawnMessage& message, const Evaluator& evaluator,
                             const worker_process::ParentProcess& parent);

}  // namespace someos::multiprocessing::internal

#endif  // SOMEOS_API_MULTIPROCESSING_PYTHON_WORKER_EXECUTOR_WORKER_H_
