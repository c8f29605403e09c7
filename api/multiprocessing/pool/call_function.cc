#include "someos/api/multiprocessing/pool/call_function.h"

#include <optional>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "someos/api/multiprocessing/functions/named_functions.h"
#include "someos/api/multiprocessing/managers/arguments.h"
#include "someos/api/multiprocessing/pool/job.h"
#include "someos/api/multiprocessing/value/py_value.h"
#include "someos/backends/thread_base/failure.h"

namespace someos::multiprocessing::pool {
namespace {

absl::StatusOr<PyValue> CallOne(const NamedFunctions::Function& function, PyValue args,
                                PyValue kwargs) {
  if (kwargs.is_none()) kwargs = *PyValue::Dict({});
  const absl::StatusOr<Arguments> arguments = Arguments::Create(std::move(args), std::move(kwargs));
  if (!arguments.ok()) return arguments.status();
  absl::StatusOr<PyValue> result;
  const std::optional<thread_base::Failure> thrown =
      thread_base::CallAndCatch([&] { result = function(*arguments); });
  if (thrown.has_value()) return thrown->ToStatus();
  return result;
}

}  // namespace

absl::StatusOr<PyValue> CallFunction(const NamedFunctions::Function& function, CallKind kind,
                                     const PyValue& arguments, const PyValue& kwargs) {
  if (kind == CallKind::kCall) return CallOne(function, arguments, kwargs);
  const absl::StatusOr<absl::Span<const PyValue>> items = arguments.AsItems();
  if (!items.ok()) return items.status();
  std::vector<PyValue> results;
  results.reserve(items->size());
  for (const PyValue& item : *items) {
    absl::StatusOr<PyValue> result =
        CallOne(function, kind == CallKind::kMap ? PyValue::Tuple({item}) : item, PyValue());
    if (!result.ok()) return result.status();
    results.push_back(*std::move(result));
  }
  return PyValue::List(std::move(results));
}

}  // namespace someos::multiprocessing::pool
