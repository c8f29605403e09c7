#include "someos/api/multiprocessing/python_worker/executor_worker.h"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "someos/api/errno_status.h"
#include "someos/api/multiprocessing/connection/errors.h"
#include "someos/api/multiprocessing/managers/python_exception.h"
#include "someos/api/multiprocessing/python_worker/evaluator.h"
#include "someos/api/multiprocessing/python_worker/executor_messages.h"
#include "someos/api/multiprocessing/python_worker/py_objects.h"
#include "someos/api/multiprocessing/python_worker/spawn_message.h"
#include "someos/api/multiprocessing/python_worker/worker_queues.h"
#include "someos/api/multiprocessing/value/py_value.h"
#include "someos/backends/worker_process/parent_process.h"
#include "someos/backends/worker_process/this_program.h"

namespace someos::multiprocessing::internal {
namespace {

using worker_process::ParentProcess;

class ExecutorWorker {
 public:
  ExecutorWorker(const ExecutorWorkerState& state, TaskQueue calls, ResultQueue results,
                 const Evaluator& evaluator, const ParentProcess& parent)
      : state_(state),
        calls_(std::move(calls)),
        results_(std::move(results)),
        evaluator_(evaluator),
        parent_(parent) {}

  absl::Status Run() {
    if (!state_.initializer.is_none()) {
      const absl::StatusOr<PyValue> initialized =
          evaluator_.Call(state_.initializer, state_.initializer_args, *PyValue::Dict({}));
      if (!initialized.ok()) return InInitializer(initialized.status());
    }
    for (int64_t done = 1;; ++done) {
      const bool last = state_.max_tasks.has_value() && done >= *state_.max_tasks;
      const absl::StatusOr<bool> more = DoOne(last);
      if (!more.ok()) return more.status();
      if (last || !*more) return absl::OkStatus();
    }
  }

 private:
  absl::Status InInitializer(const absl::Status& status) const {
    return PlainStatus(absl::StatusCode::kFailedPrecondition,
                       absl::StrCat("in the initializer ", NameOf(state_.initializer), ": ",
                                    ExceptionText(status)));
  }

  // False at the end of the work.
  absl::StatusOr<bool> DoOne(bool last) {
    const absl::StatusOr<std::string> message = calls_.Get(parent_);
    if (!message.ok()) return message.status();
    const absl::StatusOr<std::optional<ExecutorCall>> call = ReadExecutorCall(*message);
    if (!call.ok()) return call.status();
    if (!call->has_value()) {
      absl::Status status =
          results_.Put(WriteExecutorEnd(worker_process::ThisProcessId()), parent_);
      if (!status.ok()) return status;
      return false;
    }
    const PyValue exit_pid = last ? PyValue(worker_process::ThisProcessId()) : PyValue();
    absl::Status status =
        Send(**call, evaluator_.Call((*call)->function, (*call)->args, (*call)->kwargs),
             state_.results_have_exit_pid ? &exit_pid : nullptr);
    if (!status.ok()) return status;
    return true;
  }

  absl::Status Send(const ExecutorCall& call, const absl::StatusOr<PyValue>& result,
                    const PyValue* exit_pid) {
    const absl::Status sent =
        results_.Put(WriteExecutorResult(call, result, exit_pid, evaluator_.program()), parent_);
    if (sent.code() != absl::StatusCode::kInvalidArgument || ErrnoOf(sent) != 0) return sent;
    return results_.Put(WriteExecutorResult(call, sent, exit_pid, evaluator_.program()), parent_);
  }

  const ExecutorWorkerState& state_;
  TaskQueue calls_;
  ResultQueue results_;
  const Evaluator& evaluator_;
  const ParentProcess& parent_;
};

}  // namespace

absl::Status WorkForExecutor(const SpawnMessage& message, const Evaluator& evaluator,
                             const ParentProcess& parent) {
  const absl::StatusOr<ExecutorWorkerState> state = ReadExecutorWorker(message.args);
  if (!state.ok()) return state.status();
  absl::StatusOr<TaskQueue> calls = TaskQueue::Open(state->calls);
  if (!calls.ok()) return calls.status();
  absl::StatusOr<ResultQueue> results = ResultQueue::Open(state->results, message.python);
  if (!results.ok()) return results.status();
  const absl::Status status =
      ExecutorWorker(*state, *std::move(calls), *std::move(results), evaluator, parent).Run();
  return IsEofError(status) ? absl::OkStatus() : status;
}

}  // namespace someos::multiprocessing::internal
