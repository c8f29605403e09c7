#include "someos/api/multiprocessing/python_worker/pool_messages.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "someos/api/multiprocessing/managers/python_exception.h"
#include "someos/api/multiprocessing/pickle/opcode.h"
#include "someos/api/multiprocessing/pickle/pickle.h"
#include "someos/api/multiprocessing/pickle/pickle_reader.h"
#include "someos/api/multiprocessing/pickle/unpickle.h"
#include "someos/api/multiprocessing/python_worker/evaluator.h"
#include "someos/api/multiprocessing/python_worker/py_objects.h"
#include "someos/api/multiprocessing/python_worker/queue_state.h"
#include "someos/api/multiprocessing/python_worker/spawn_message.h"
#include "someos/api/multiprocessing/value/py_value.h"

namespace someos::multiprocessing::internal {
namespace {

constexpr absl::string_view kPool = "multiprocessing.pool";
constexpr absl::string_view kArguments = "the arguments of Pool's worker";

absl::StatusOr<std::string> WriteResult(const PoolTask& task, bool success, PyValue value) {
  const PyValue result =
      PyValue::Tuple({task.job, task.index, PyValue::Tuple({PyValue(success), std::move(value)})});
  return Pickle(result, {PickleDialect::kPython3});
}

bool IsRaisedInParent(const PoolTask& task) {
  return IsGlobal(task.function, kPool, "_helper_reraises_exception");
}

PyValue ExceptionFor(const PoolTask& task, const absl::Status& status, bool wrap,
                     absl::string_view program) {
  PyValue exception = ExceptionOf(status);
  if (!wrap || IsRaisedInParent(task)) return exception;
  return CallOf(
      kPool, "rebuild_exc",
      {std::move(exception), PrintableStr(RemoteTraceback(task.function, program, status))});
}

// With its attributes, which its constructor would make by repr().
PyValue EncodingError(absl::string_view reason, absl::string_view value) {
  const PyValue exc = PrintableStr(reason);
  const PyValue text = PrintableStr(value);
  PyObjectParts parts;
  parts.callable = PyValue::Global(kPool, "MaybeEncodingError");
  parts.args = PyValue::Tuple({exc, text});
  parts.has_state = true;
  parts.state = *PyValue::Dict({{PyValue::Str("exc"), exc}, {PyValue::Str("value"), text}});
  return PyValue::Object(std::move(parts));
}

bool TakeNumber(PickleReader& reader, PyValue& number) {
  uint8_t opcode;
  uint64_t value;
  if (!reader.TakeByte(opcode)) return false;
  const bool taken = opcode == kOpBinInt1   ? reader.TakeNumber<1>(value)
                     : opcode == kOpBinInt2 ? reader.TakeNumber<2>(value)
                     : opcode == kOpBinInt  ? reader.TakeNumber<4>(value)
                                            : false;
  if (taken) number = PyValue(static_cast<int64_t>(value));
  return taken;
}

}  // namespace

bool IsPoolWorker(const PyValue& target) { return IsGlobal(target, kPool, "worker"); }

absl::StatusOr<PoolWorkerState> ReadPoolWorker(const PyValue& args) {
  const auto items = TupleOf(args, 6, kArguments);
  if (!items.ok()) return items.status();
  absl::StatusOr<QueueState> tasks = ReadSimpleQueue((*items)[0]);
  if (!tasks.ok()) return tasks.status();
  absl::StatusOr<QueueState> results = ReadSimpleQueue((*items)[1]);
  if (!results.ok()) return results.status();
  PoolWorkerState state;
  state.tasks = *std::move(tasks);
  state.results = *std::move(results);
  state.initializer = (*items)[2];
  state.initializer_args = (*items)[3];
  if (!(*items)[4].is_none()) {
    const absl::StatusOr<int64_t> max_tasks = (*items)[4].AsInt();
    if (!max_tasks.ok() || *max_tasks < 1) return UnknownForm(kArguments, args);
    state.max_tasks = *max_tasks;
  }
  const absl::StatusOr<bool> wrap = (*items)[5].AsBool();
  if (!wrap.ok()) return UnknownForm(kArguments, args);
  state.wrap_exceptions = *wrap;
  return state;
}

absl::StatusOr<std::optional<PoolTask>> ReadPoolTask(absl::string_view message) {
  const absl::StatusOr<PyValue> value = Unpickle(message, TrustedPickles());
  if (!value.ok()) return value.status();
  if (value->is_none()) return std::nullopt;
  const auto items = TupleOf(*value, 5, "a task of Pool");
  if (!items.ok()) return items.status();
  return PoolTask{(*items)[0], (*items)[1], (*items)[2], (*items)[3], (*items)[4]};
}

std::optional<PoolTask> ReadPoolTaskNumbers(absl::string_view message) {
  PickleReader reader(message);
  absl::string_view ignored;
  uint8_t opcode;
  PoolTask task;
  if (!reader.Take(2, ignored) || !reader.Peek(opcode)) return std::nullopt;
  if (opcode == kOpFrame && !reader.Take(9, ignored)) return std::nullopt;
  if (!reader.TakeByte(opcode) || opcode != kOpMark || !TakeNumber(reader, task.job) ||
      !TakeNumber(reader, task.index)) {
    return std::nullopt;
  }
  return task;
}

std::optional<absl::Status> RaisedInParent(const PoolTask& task) {
  if (!IsRaisedInParent(task)) return std::nullopt;
  const auto args = TupleOf(task.args, 1, "the exception of an iterable");
  return args.ok() ? StatusOfException(args->front()) : args.status();
}

std::string WritePoolResult(const PoolTask& task, const absl::StatusOr<PyValue>& result, bool wrap,
                            absl::string_view program) {
  absl::StatusOr<std::string> message =
      result.ok() ? WriteResult(task, true, *result)
                  : WriteResult(task, false, ExceptionFor(task, result.status(), wrap, program));
  if (message.ok()) return *std::move(message);
  return WritePoolEncodingError(task, result, message.status());
}

std::string WritePoolEncodingError(const PoolTask& task, const absl::StatusOr<PyValue>& result,
                                   const absl::Status& reason) {
  constexpr size_t kMaxText = 1000;
  const std::string value =
      result.ok() ? result->ToString(kMaxText) : ExceptionText(result.status());
  return *WriteResult(task, false, EncodingError(ExceptionText(reason), value));
}

}  // namespace someos::multiprocessing::internal
