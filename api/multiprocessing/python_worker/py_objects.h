// Parts of values by their places and names, which the forms of Python's own objects consist of.
// Private to this package.

#ifndef SOMEOS_API_MULTIPROCESSING_PYTHON_WORKER_PY_OBJECTS_H_
#define SOMEOS_API_MULTIPROCESSING_PYTHON_WORKER_PY_OBJECTS_H_

#include <cstddef>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "someos/api/multiprocessing/value/py_value.h"

namespace someos::multiprocessing::internal {

// Whether it is the global `module`.`name`.
bool IsGlobal(const PyValue& value, absl::string_view module, absl::string_view name);

// "module.name" of a global; otherwise what repr says.
std::string NameOf(const PyValue& callable);

// The items of a tuple of `count`. kUnimplemented with `what` in the message if it is another one.
absl::StatusOr<absl::Span<const PyValue>> TupleOf(const PyValue& value, size_t count,
                                                  absl::string_view what);

// The arguments of an object that is made by calling a global with `count` of them, and by nothing
// else. kUnimplemented otherwise.
absl::StatusOr<PyValue> ArgumentsOfCall(const PyValue& value, absl::string_view module,
                                        absl::string_view name, size_t count);

// The state of an object of a class that is made by __new__ without arguments. kUnimplemented
// otherwise.
absl::StatusOr<PyValue> StateOfNew(const PyValue& value, absl::string_view module,
                                   absl::string_view name);

// What Python pickles as the call of a global.
PyValue CallOf(absl::string_view module, absl::string_view name, std::vector<PyValue> args);

// A str of `text`, which any status may have brought: with escapes if it is no UTF-8.
PyValue PrintableStr(absl::string_view text);

// kUnimplemented: "expected `what`, got ...", from which users see that this Python is unknown.
absl::Status UnknownForm(absl::string_view what, const PyValue& value);

}  // namespace someos::multiprocessing::internal

#endif  // SOMEOS_API_MULTIPROCESSING_PYTHON_WORKER_PY_OBJECTS_H_
