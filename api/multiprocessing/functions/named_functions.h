// The C++ functions of a program that other processes call by name: those that use it as a worker
// of Python (python_worker.h), and its own pools (pool.h).

#ifndef SOMEOS_API_MULTIPROCESSING_FUNCTIONS_NAMED_FUNCTIONS_H_
#define SOMEOS_API_MULTIPROCESSING_FUNCTIONS_NAMED_FUNCTIONS_H_

#include <functional>
#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "someos/api/multiprocessing/managers/arguments.h"
#include "someos/api/multiprocessing/value/py_value.h"

namespace someos::multiprocessing {

// Const functions may be called by several threads at once.
//
//   NamedFunctions functions;
//   functions.Register("kernels.square", [](const Arguments& arguments) -> absl::StatusOr<PyValue>
//   {
//     absl::StatusOr<BoundArguments> bound = arguments.Bind("square", {"x"}, 1);
//     if (!bound.ok()) return bound.status();
//     absl::StatusOr<int64_t> x = (*bound)[0]->AsInt();
//     if (!x.ok()) return x.status();
//     return PyValue(*x * *x);
//   });
class NamedFunctions {
 public:
  // What it returns is what the caller gets. A C++ program gets a status with its code, message and
  // payloads. In Python it is raised as the exception that api/python_error.h names, or as the one
  // that PythonException (managers/python_exception.h) has made; a C++ exception as a RuntimeError,
  // where exceptions are compiled in.
  using Function = std::function<absl::StatusOr<PyValue>(const Arguments& arguments)>;

  // "module.function" is that function of that module alone; a name without a dot is the function
  // of that name of every module, for which no full name is registered. The same name again
  // replaces the former.
  void Register(absl::string_view name, Function function);

  // The function of this name alone, or null. Valid until the next Register.
  const Function* Find(absl::string_view name) const;

  // The function of Python's global `module.name`, or null. Valid until the next Register.
  const Function* Find(absl::string_view module, absl::string_view name) const;

  // All names, sorted, with commas between them.
  std::string Names() const;

 private:
  std::map<std::string, Function, std::less<>> functions_;
};

}  // namespace someos::multiprocessing

#endif  // SOMEOS_API_MULTIPROCESSING_FUNCTIONS_NAMED_FUNCTIONS_H_
