// What Python's ProcessPoolExecutor sends to its workers, and they to it. Private to this package.

#ifndef SOMEOS_API_MULTIPROCESSING_PYTHON_WORKER_EXECUTOR_MESSAGES_H_
#define SOMEOS_API_MULTIPROCESSING_PYTHON_WORKER_EXECUTOR_MESSAGES_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "someos/api/multiprocessing/python_worker/queue_state.h"
#include "someos/api/multiprocessing/value/py_value.h"

namespace someos::multiprocessing::internal {

// The arguments of concurrent.futures.process._process_worker.
struct ExecutorWorkerState {
  QueueState calls;
  QueueState results;
  PyValue initializer;  // or None
  PyValue initializer_args;
  std::optional<int64_t> max_tasks;
  bool results_have_exit_pid = false;  // from 3.11 on
};

// Whether `target` is concurrent.futures.process._process_worker.
bool IsExecutorWorker(const PyValue& target);

// kUnimplemented: arguments that no executor of 3.7 to 3.14 passes.
absl::StatusOr<ExecutorWorkerState> ReadExecutorWorker(const PyValue& args);

struct ExecutorCall {
  PyValue id;
  PyValue function;
  PyValue args;
  PyValue kwargs;
};

// nullopt is the end of the work. kUnimplemented, and errors of Unpickle.
absl::StatusOr<std::optional<ExecutorCall>> ReadExecutorCall(absl::string_view message);

// The message for what a call has come to; an exception if it cannot be pickled. `exit_pid` is the
// worker that ends with it, or None; nullptr for a Python that does not know of it.
std::string WriteExecutorResult(const ExecutorCall& call, const absl::StatusOr<PyValue>& result,
                                const PyValue* exit_pid, absl::string_view program);

// The message of a worker that has been told to end.
std::string WriteExecutorEnd(int64_t process_id);

}  // namespace someos::multiprocessing::internal

#endif  // SOMEOS_API_MULTIPROCESSING_PYTHON_WORKER_EXECUTOR_MESSAGES_H_
