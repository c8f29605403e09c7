#include "someos/api/multiprocessing/python_worker/evaluator.h"

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/cord.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "someos/api/errno_status.h"
#include "someos/api/multiprocessing/functions/named_functions.h"
#include "someos/api/multiprocessing/managers/arguments.h"
#include "someos/api/multiprocessing/managers/python_exception.h"
#include "someos/api/multiprocessing/python_worker/py_objects.h"
#include "someos/api/multiprocessing/value/py_kind.h"
#include "someos/api/multiprocessing/value/py_value.h"
#include "someos/api/multiprocessing/value/utf8.h"
#include "someos/api/python_error.h"
#include "someos/backends/thread_base/failure.h"

namespace someos::multiprocessing::internal {
namespace {

constexpr absl::string_view kPool = "multiprocessing.pool";
constexpr absl::string_view kExecutor = "concurrent.futures.process";

// A functools.partial as multiprocessing pickles it: (function, args, kwargs).
absl::StatusOr<PyValue> PartsOfPartial(const PyValue& callable) {
  return ArgumentsOfCall(callable, "multiprocessing.reduction", "_rebuild_partial", 3);
}

absl::StatusOr<PyValue> Joined(const PyValue& first, const PyValue& second) {
  const absl::StatusOr<absl::Span<const PyValue>> a = first.AsItems();
  if (!a.ok()) return a.status();
  const absl::StatusOr<absl::Span<const PyValue>> b = second.AsItems();
  if (!b.ok()) return b.status();
  std::vector<PyValue> all(a->begin(), a->end());
  all.insert(all.end(), b->begin(), b->end());
  return PyValue::Tuple(std::move(all));
}

// Of equal names the second one's value counts.
absl::StatusOr<PyValue> Merged(const PyValue& first, const PyValue& second) {
  std::vector<std::pair<PyValue, PyValue>> entries;
  for (const PyValue* dict : {&first, &second}) {
    const absl::StatusOr<absl::Span<const PyValue>> items = dict->AsDictEntries();
    if (!items.ok()) return items.status();
    for (size_t i = 0; i < items->size(); i += 2) {
      entries.emplace_back((*items)[i], (*items)[i + 1]);
    }
  }
  return PyValue::Dict(std::move(entries));
}

const PyValue& NoKeywords() {
  static const PyValue* const kEmpty = new PyValue(*PyValue::Dict({}));
  return *kEmpty;
}

// The same status with a message that a str can have.
absl::Status Printable(const absl::Status& status) {
  if (ValidUtf8(status.message()) == status.message().size()) return status;
  absl::Status printable(status.code(), absl::CHexEscape(status.message()));
  status.ForEachPayload([&](absl::string_view type_url, const absl::Cord& payload) {
    printable.SetPayload(type_url, payload);
  });
  return printable;
}

// A RuntimeError of what the function throws.
absl::StatusOr<PyValue> Run(const NamedFunctions::Function& function, const Arguments& arguments) {
  absl::StatusOr<PyValue> result = PlainStatus(absl::StatusCode::kFailedPrecondition, "SystemExit");
  const std::optional<thread_base::Failure> thrown =
      thread_base::CallAndCatch([&] { result = function(arguments); });
  if (!thrown.has_value()) return result;
  return PlainStatus(absl::StatusCode::kFailedPrecondition,
                     thrown->what.empty() ? thrown->type : thrown->what);
}

}  // namespace

absl::StatusOr<PyValue> Evaluator::Call(const PyValue& callable, const PyValue& args,
                                        const PyValue& kwargs) const {
  if (callable.kind() == PyKind::kGlobal) return CallGlobal(callable, args, kwargs);
  const absl::StatusOr<PyValue> partial = PartsOfPartial(callable);
  if (!partial.ok()) {
    return PythonTypeError(
        absl::StrCat("a worker in C++ calls functions by their names, not ", NameOf(callable)));
  }
  const absl::Span<const PyValue> parts = *partial->AsItems();
  const absl::StatusOr<PyValue> all_args = Joined(parts[1], args);
  if (!all_args.ok()) return all_args.status();
  const absl::StatusOr<PyValue> all_kwargs = Merged(parts[2], kwargs);
  if (!all_kwargs.ok()) return all_kwargs.status();
  return Call(parts[0], *all_args, *all_kwargs);
}

absl::StatusOr<PyValue> Evaluator::CallGlobal(const PyValue& global, const PyValue& args,
                                              const PyValue& kwargs) const {
  const absl::string_view module = *global.GlobalModule();
  const absl::string_view name = *global.GlobalName();
  if (module == kPool && (name == "mapstar" || name == "starmapstar")) {
    const auto only = TupleOf(args, 1, name);
    if (!only.ok()) return only.status();
    const auto parts = TupleOf(only->front(), 2, name);
    if (!parts.ok()) return parts.status();
    return CallEach((*parts)[0], (*parts)[1], name == "starmapstar");
  }
  if (module == kExecutor && name == "_process_chunk") {
    const auto parts = TupleOf(args, 2, name);
    if (!parts.ok()) return parts.status();
    return CallEach((*parts)[0], (*parts)[1], /*unpack=*/true);
  }
  const NamedFunctions::Function* const function = functions_.Find(module, name);
  if (function == nullptr) return NoFunction(global);
  const absl::StatusOr<Arguments> arguments = Arguments::Create(args, kwargs);
  if (!arguments.ok()) return arguments.status();
  absl::StatusOr<PyValue> result = Run(*function, *arguments);
  if (!result.ok()) return Printable(result.status());
  return result;
}

absl::StatusOr<PyValue> Evaluator::CallEach(const PyValue& callable, const PyValue& items,
                                            bool unpack) const {
  const absl::StatusOr<absl::Span<const PyValue>> all = items.AsItems();
  if (!all.ok()) return all.status();
  std::vector<PyValue> results;
  results.reserve(all->size());
  for (const PyValue& item : *all) {
    absl::StatusOr<PyValue> result =
        Call(callable, unpack ? item : PyValue::Tuple({item}), NoKeywords());
    if (!result.ok()) return result;
    results.push_back(*std::move(result));
  }
  return PyValue::List(std::move(results));
}

absl::Status Evaluator::NoFunction(const PyValue& global) const {
  return PythonException("builtins", "AttributeError",
                         absl::StrCat("the worker ", program_, " has no function ", NameOf(global),
                                      "; it has: ", functions_.Names()));
}

std::string RemoteTraceback(const PyValue& callable, absl::string_view program,
                            const absl::Status& status) {
  return absl::StrCat("\n\"\"\"\nTraceback (most recent call last):\n  in C++, ", program, ", of ",
                      NameOf(callable), "\n", ExceptionText(status), "\n\"\"\"");
}

}  // namespace someos::multiprocessing::internal
