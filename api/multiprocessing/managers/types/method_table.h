// The methods of a class of shared objects, by Python's names. Private to this package.

#ifndef SOMEOS_API_MULTIPROCESSING_MANAGERS_TYPES_METHOD_TABLE_H_
#define SOMEOS_API_MULTIPROCESSING_MANAGERS_TYPES_METHOD_TABLE_H_

#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "someos/api/multiprocessing/managers/arguments.h"
#include "someos/api/multiprocessing/managers/call.h"
#include "someos/api/multiprocessing/managers/python_exception.h"
#include "someos/api/multiprocessing/value/py_value.h"

namespace someos::multiprocessing::internal {

template <typename T>
struct NamedMethod {
  using AtOnce = absl::StatusOr<PyValue> (T::*)(const Arguments&);
  using Later = void (T::*)(Call);

  constexpr NamedMethod(absl::string_view method, AtOnce run) : name(method), at_once(run) {}
  constexpr NamedMethod(absl::string_view method, Later start) : name(method), later(start) {}

  absl::string_view name;
  AtOnce at_once = nullptr;
  Later later = nullptr;
};

// Runs `call` on `object`, or starts it.
template <typename T>
void StartMethod(absl::Span<const NamedMethod<T>> methods, T& object, Call call) {
  for (const NamedMethod<T>& method : methods) {
    if (method.name != call.method()) continue;
    if (method.at_once != nullptr) {
      call.Return((object.*method.at_once)(call.arguments()));
    } else {
      (object.*method.later)(std::move(call));
    }
    return;
  }
  call.Return(PythonException(
      "builtins", "AttributeError",
      absl::StrCat("'", object.class_name(), "' object has no attribute '", call.method(), "'")));
}

}  // namespace someos::multiprocessing::internal

#endif  // SOMEOS_API_MULTIPROCESSING_MANAGERS_TYPES_METHOD_TABLE_H_
