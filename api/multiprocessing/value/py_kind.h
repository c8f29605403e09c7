// The types of Python's values.

#ifndef SOMEOS_API_MULTIPROCESSING_VALUE_PY_KIND_H_
#define SOMEOS_API_MULTIPROCESSING_VALUE_PY_KIND_H_

#include <cstdint>

#include "absl/strings/string_view.h"

namespace someos::multiprocessing {

enum class PyKind : uint8_t {
  kNone,
  kBool,
  kInt,
  kFloat,
  kStr,
  kBytes,
  kByteArray,
  kTuple,
  kList,
  kDict,
  kSet,
  kFrozenSet,
  kGlobal,  // a class or function, by its name
  kObject,  // an instance: what was to be called, with what, and what was to be done to the result
};

// Python's name of the type: "NoneType", "int"; "global" and "object" for the last two.
constexpr absl::string_view PyKindName(PyKind kind) {
  constexpr absl::string_view kNames[] = {"NoneType", "bool",      "int",    "float", "str",
                                          "bytes",    "bytearray", "tuple",  "list",  "dict",
                                          "set",      "frozenset", "global", "object"};
  return kNames[static_cast<int>(kind)];
}

}  // namespace someos::multiprocessing

#endif  // SOMEOS_API_MULTIPROCESSING_VALUE_PY_KIND_H_
