// What Python's Pool sends to its workers, and they to it. Private to this package.

#ifndef SOMEOS_API_MULTIPROCESSING_PYTHON_WORKER_POOL_MESSAGES_H_
#define SOMEOS_API_MULTIPROCESSING_PYTHON_WORKER_POOL_MESSAGES_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "someos/api/multiprocessing/python_worker/queue_state.h"
#include "someos/api/multiprocessing/value/py_value.h"

namespace someos::multiprocessing::internal {

// The arguments of multiprocessing.pool.worker.
struct PoolWorkerState {
  QueueState tasks;
  QueueState results;
  PyValue initializer;  // or None
  PyValue initializer_args;
  std::optional<int64_t> max_tasks;
  bool wrap_exceptions = false;  // with a traceback
};

// Whether `target` is multiprocessing.pool.worker.
bool IsPoolWorker(const PyValue& target);

// kUnimplemented: arguments that no Pool of 3.6 to 3.14 passes.
absl::StatusOr<PoolWorkerState> ReadPoolWorker(const PyValue& args);

struct PoolTask {
  PyValue job;
  PyValue index;
  PyValue function;
  PyValue args;
  PyValue kwargs;
};

// nullopt is the end of the work. kUnimplemented, and errors of Unpickle.
absl::StatusOr<std::optional<PoolTask>> ReadPoolTask(absl::string_view message);

// The job and the index of a task that cannot be read otherwise: they stand at its beginning.
// nullopt if they do not.
std::optional<PoolTask> ReadPoolTaskNumbers(absl::string_view message);

// What an iterable of imap has raised in the parent, which gets it back as the result of such a
// task; nullopt of every other task.
std::optional<absl::Status> RaisedInParent(const PoolTask& task);

// The message for what a task has come to. An exception's traceback says where it is from, if
// `wrap`. What cannot be pickled becomes a MaybeEncodingError, as in Python.
std::string WritePoolResult(const PoolTask& task, const absl::StatusOr<PyValue>& result, bool wrap,
                            absl::string_view program);

// The MaybeEncodingError that stands for a result that cannot be sent because of `reason`.
std::string WritePoolEncodingError(const PoolTask& task, const absl::StatusOr<PyValue>& result,
                                   const absl::Status& reason);

}  // namespace someos::multiprocessing::internal

#endif  // SOMEOS_API_MULTIPROCESSING_PYTHON_WORKER_POOL_MESSAGES_H_
