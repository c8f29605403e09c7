#include "someos/api/multiprocessing/python_worker/executor_messages.h"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "someos/api/errno_status.h"
#include "someos/api/multiprocessing/managers/python_exception.h"
#include "someos/api/multiprocessing/pickle/pickle.h"
#include "someos/api/multiprocessing/pickle/unpickle.h"
#include "someos/api/multiprocessing/python_worker/evaluator.h"
#include "someos/api/multiprocessing/python_worker/py_objects.h"
#include "someos/api/multiprocessing/python_worker/queue_state.h"
#include "someos/api/multiprocessing/python_worker/spawn_message.h"
#include "someos/api/multiprocessing/value/py_value.h"

namespace someos::multiprocessing::internal {
namespace {

constexpr absl::string_view kExecutor = "concurrent.futures.process";
constexpr absl::string_view kArguments = "the arguments of the executor's worker";
constexpr size_t kBefore311 = 4;
constexpr size_t kFrom311 = 5;  // with the greatest number of tasks

PyValue ResultItem(const PyValue& id, PyValue exception, PyValue result, const PyValue* exit_pid) {
  std::vector<std::pair<PyValue, PyValue>> attributes = {
      {PyValue::Str("work_id"), id},
      {PyValue::Str("exception"), std::move(exception)},
      {PyValue::Str("result"), std::move(result)},
  };
  if (exit_pid != nullptr) attributes.emplace_back(PyValue::Str("exit_pid"), *exit_pid);
  PyObjectParts parts;
  parts.construction = PyConstruction::kNew;
  parts.callable = PyValue::Global(kExecutor, "_ResultItem");
  parts.args = PyValue::Tuple({});
  parts.has_state = true;
  parts.state = *PyValue::Dict(std::move(attributes));
  return PyValue::Object(std::move(parts));
}

absl::StatusOr<std::string> WriteException(const ExecutorCall& call, const PyValue& exception,
                                           const absl::Status& status, const PyValue* exit_pid,
                                           absl::string_view program) {
  PyValue rebuilt =
      CallOf(kExecutor, "_rebuild_exc",
             {exception, PrintableStr(RemoteTraceback(call.function, program, status))});
  return Pickle(ResultItem(call.id, std::move(rebuilt), PyValue(), exit_pid),
                {PickleDialect::kPython3});
}

absl::Status NotPicklable(const absl::Status& reason) {
  return PlainStatus(reason.code(),
                     absl::StrCat("the result cannot be pickled: ", reason.message()));
}

}  // namespace

bool IsExecutorWorker(const PyValue& target) {
  return IsGlobal(target, kExecutor, "_process_worker");
}

absl::StatusOr<ExecutorWorkerState> ReadExecutorWorker(const PyValue& args) {
  const absl::StatusOr<absl::Span<const PyValue>> items = args.AsItems();
  if (!items.ok() || (items->size() != kBefore311 && items->size() != kFrom311)) {
    return UnknownForm(kArguments, args);
  }
  absl::StatusOr<QueueState> calls = ReadCallQueue((*items)[0]);
  if (!calls.ok()) return calls.status();
  absl::StatusOr<QueueState> results = ReadSimpleQueue((*items)[1]);
  if (!results.ok()) return results.status();
  ExecutorWorkerState state;
  state.calls = *std::move(calls);
  state.results = *std::move(results);
  state.initializer = (*items)[2];
  state.initializer_args = (*items)[3];
  state.results_have_exit_pid = items->size() == kFrom311;
  if (state.results_have_exit_pid && !(*items)[4].is_none()) {
    const absl::StatusOr<int64_t> max_tasks = (*items)[4].AsInt();
    if (!max_tasks.ok()) return UnknownForm(kArguments, args);
    state.max_tasks = *max_tasks;
  }
  return state;
}

absl::StatusOr<std::optional<ExecutorCall>> ReadExecutorCall(absl::string_view message) {
  const absl::StatusOr<PyValue> value = Unpickle(message, TrustedPickles());
  if (!value.ok()) return value.status();
  if (value->is_none()) return std::nullopt;
  const absl::StatusOr<PyValue> state = StateOfNew(*value, kExecutor, "_CallItem");
  if (!state.ok()) return state.status();
  absl::StatusOr<PyValue> id = state->Get("work_id");
  absl::StatusOr<PyValue> function = state->Get("fn");
  absl::StatusOr<PyValue> args = state->Get("args");
  absl::StatusOr<PyValue> kwargs = state->Get("kwargs");
  if (!id.ok() || !function.ok() || !args.ok() || !kwargs.ok()) {
    return UnknownForm("a _CallItem", *value);
  }
  return ExecutorCall{*std::move(id), *std::move(function), *std::move(args), *std::move(kwargs)};
}

std::string WriteExecutorResult(const ExecutorCall& call, const absl::StatusOr<PyValue>& result,
                                const PyValue* exit_pid, absl::string_view program) {
  absl::StatusOr<std::string> message =
      result.ok()
          ? Pickle(ResultItem(call.id, PyValue(), *result, exit_pid), {PickleDialect::kPython3})
          : WriteException(call, ExceptionOf(result.status()), result.status(), exit_pid, program);
  if (message.ok()) return *std::move(message);
  const absl::Status failure = NotPicklable(message.status());
  const PyValue exception = CallOf("builtins", "ValueError", {PrintableStr(failure.message())});
  return *WriteException(call, exception, failure, exit_pid, program);
}

std::string WriteExecutorEnd(int64_t process_id) {
  return *Pickle(PyValue(process_id), {PickleDialect::kPython3});
}

}  // namespace someos::multiprocessing::internal
