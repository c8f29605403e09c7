#include "someos/api/multiprocessing/pool/function_message.h"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/cord.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "someos/api/errno_status.h"
#include "someos/api/multiprocessing/pickle/pickle.h"
#include "someos/api/multiprocessing/pickle/unpickle.h"
#include "someos/api/multiprocessing/pool/job.h"
#include "someos/api/multiprocessing/value/py_value.h"

namespace someos::multiprocessing::pool {
namespace {

constexpr PickleOptions kOptions = {PickleDialect::kPython3};

absl::Status NoSuchMessage() {
  return PlainStatus(absl::StatusCode::kInternal, "the pool has sent something else");
}

PyValue StatusValue(const absl::Status& status) {
  std::vector<std::pair<PyValue, PyValue>> payloads;
  status.ForEachPayload([&](absl::string_view url, const absl::Cord& payload) {
    payloads.emplace_back(PyValue::Str(url), PyValue::Bytes(std::string(payload)));
  });
  return PyValue::Tuple({PyValue(2), PyValue(static_cast<int>(status.code())),
                         PyValue::Bytes(status.message()), *PyValue::Dict(std::move(payloads))});
}

}  // namespace

std::string FunctionWorkerHello() { return *Pickle(PyValue::Tuple({PyValue(3), PyValue(4)})); }

absl::StatusOr<FunctionCall> ReadSetup(absl::string_view message) {
  const absl::StatusOr<PyValue> setup = Unpickle(message);
  if (!setup.ok()) return setup.status();
  const absl::StatusOr<absl::Span<const PyValue>> parts = setup->AsItems();
  if (!parts.ok() || parts->size() != 3) return NoSuchMessage();
  FunctionCall call;
  call.function = std::string((*parts)[1].AsStr().value_or(""));
  call.arguments = (*parts)[2];
  return call;
}

absl::StatusOr<FunctionCall> ReadTask(absl::string_view message) {
  const absl::StatusOr<PyValue> task = Unpickle(message);
  if (!task.ok()) return task.status();
  const absl::StatusOr<absl::Span<const PyValue>> parts = task->AsItems();
  if (!parts.ok() || parts->size() != 4) return NoSuchMessage();
  const int64_t kind = (*parts)[0].AsInt().value_or(-1);
  if (kind < 0 || kind > static_cast<int64_t>(CallKind::kStarmap)) return NoSuchMessage();
  return FunctionCall{static_cast<CallKind>(kind), std::string((*parts)[1].AsStr().value_or("")),
                      (*parts)[2], (*parts)[3]};
}

std::string WriteResult(const absl::StatusOr<PyValue>& result) {
  const absl::StatusOr<std::string> message = Pickle(
      result.ok() ? PyValue::Tuple({PyValue(0), *result}) : StatusValue(result.status()), kOptions);
  return message.ok() ? *message : *Pickle(StatusValue(message.status()), kOptions);
}

}  // namespace someos::multiprocessing::pool
