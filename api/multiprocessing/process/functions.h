// The functions that processes can be asked for by name.

#ifndef SOMEOS_API_MULTIPROCESSING_PROCESS_FUNCTIONS_H_
#define SOMEOS_API_MULTIPROCESSING_PROCESS_FUNCTIONS_H_

#include <functional>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "someos/api/multiprocessing/value/py_value.h"

namespace someos::multiprocessing {

// What the function of a process is called with.
struct ProcessCall {
  std::vector<PyValue> args;
  PyValue kwargs;  // a dict, or None
  // Those of ProcessOptions, in order. The function owns them: Connection::Of(call.descriptors[0]).
  std::vector<int> descriptors;
};

// What a process does. Returns its exit code, of which the system keeps the lowest 8 bits; 0 for
// success. An error is printed as Python prints an exception, and the exit code is 1; so is an
// exception that leaves it, where exceptions are compiled in.
using ProcessFunction = std::function<absl::StatusOr<int>(const ProcessCall& call)>;

// Makes a function known by its name, in every process of the program: call it at the beginning of
// main(), before FreezeSupport. A later one of the same name replaces it. Thread-safe.
void RegisterFunction(absl::string_view name, ProcessFunction function);

// kNotFound: there is none of this name; the message lists those that are.
absl::StatusOr<ProcessFunction> FindFunction(absl::string_view name);

}  // namespace someos::multiprocessing

#endif  // SOMEOS_API_MULTIPROCESSING_PROCESS_FUNCTIONS_H_
