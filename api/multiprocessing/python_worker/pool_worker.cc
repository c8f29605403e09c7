#include "someos/api/multiprocessing/python_worker/pool_worker.h"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "someos/api/errno_status.h"
#include "someos/api/multiprocessing/connection/errors.h"
#include "someos/api/multiprocessing/python_worker/evaluator.h"
#include "someos/api/multiprocessing/python_worker/pool_messages.h"
#include "someos/api/multiprocessing/python_worker/spawn_message.h"
#include "someos/api/multiprocessing/python_worker/worker_queues.h"
#include "someos/api/multiprocessing/value/py_value.h"
#include "someos/backends/worker_process/parent_process.h"

namespace someos::multiprocessing::internal {
namespace {

using worker_process::ParentProcess;

class PoolWorker {
 public:
  PoolWorker(const PoolWorkerState& state, TaskQueue tasks, ResultQueue results,
             const Evaluator& evaluator, const ParentProcess& parent)
      : state_(state),
        tasks_(std::move(tasks)),
        results_(std::move(results)),
        evaluator_(evaluator),
        parent_(parent) {}

  absl::Status Run() {
    if (!state_.initializer.is_none()) {
      initialized_ =
          evaluator_.Call(state_.initializer, state_.initializer_args, *PyValue::Dict({})).status();
    }
    for (int64_t done = 0; !state_.max_tasks.has_value() || done < *state_.max_tasks; ++done) {
      const absl::StatusOr<bool> more = DoOne();
      if (!more.ok()) return more.status();
      if (!*more) break;
    }
    return absl::OkStatus();
  }

 private:
  // False at the end of the work.
  absl::StatusOr<bool> DoOne() {
    const absl::StatusOr<std::string> message = tasks_.Get(parent_);
    if (!message.ok()) return message.status();
    absl::StatusOr<std::optional<PoolTask>> read = ReadPoolTask(*message);
    std::optional<PoolTask> task = read.ok() ? *read : ReadPoolTaskNumbers(*message);
    if (!task.has_value()) {
      if (read.ok()) return false;
      return read.status();
    }
    const absl::StatusOr<PyValue> result =
        read.ok() ? ResultOf(*task) : absl::StatusOr<PyValue>(read.status());
    absl::Status status = Send(*task, result);
    if (!status.ok()) return status;
    return true;
  }

  absl::StatusOr<PyValue> ResultOf(const PoolTask& task) const {
    if (!initialized_.ok()) return initialized_;
    if (std::optional<absl::Status> raised = RaisedInParent(task); raised.has_value()) {
      return *std::move(raised);
    }
    return evaluator_.Call(task.function, task.args, task.kwargs);
  }

  absl::Status Send(const PoolTask& task, const absl::StatusOr<PyValue>& result) {
    const absl::Status sent = results_.Put(
        WritePoolResult(task, result, state_.wrap_exceptions, evaluator_.program()), parent_);
    if (sent.code() != absl::StatusCode::kInvalidArgument || ErrnoOf(sent) != 0) return sent;
    return results_.Put(WritePoolEncodingError(task, result, sent), parent_);  // too long
  }

  const PoolWorkerState& state_;
  TaskQueue tasks_;
  ResultQueue results_;
  const Evaluator& evaluator_;
  const ParentProcess& parent_;
  absl::Status initialized_;
};

}  // namespace

absl::Status WorkForPool(const SpawnMessage& message, const Evaluator& evaluator,
                         const ParentProcess& parent) {
  const absl::StatusOr<PoolWorkerState> state = ReadPoolWorker(message.args);
  if (!state.ok()) return state.status();
  absl::StatusOr<TaskQueue> tasks = TaskQueue::Open(state->tasks);
  if (!tasks.ok()) return tasks.status();
  absl::StatusOr<ResultQueue> results = ResultQueue::Open(state->results, message.python);
  if (!results.ok()) return results.status();
  const absl::Status status =
      PoolWorker(*state, *std::move(tasks), *std::move(results), evaluator, parent).Run();
  return IsEofError(status) ? absl::OkStatus() : status;
}

}  // namespace someos::multiprocessing::internal
