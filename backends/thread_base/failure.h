// What leaves a body that the library has called: an exception, where exceptions are compiled in.

#ifndef SOMEOS_BACKENDS_THREAD_BASE_FAILURE_H_
#define SOMEOS_BACKENDS_THREAD_BASE_FAILURE_H_

#include <exception>
#include <optional>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"

namespace someos::thread_base {

// What a body throws to end its thread without a report, as Python's thread.exit() raises
// SystemExit. The library itself throws nothing.
class SystemExit {};

// An exception that has left a body.
struct Failure {
  std::string type;              // its type as the program writes it: "std::runtime_error"
  std::string what;              // what() of a std::exception; empty for others
  std::exception_ptr exception;  // itself

  // "std::runtime_error: what() of it", as Python prints an exception.
  std::string ToString() const;
  // The same as kUnknown.
  absl::Status ToStatus() const;
};

// Calls `body` and catches what it throws, except SystemExit, of which nothing is said. What is no
// exception of C++, such as pthread_exit(3), passes.
std::optional<Failure> CallAndCatch(absl::FunctionRef<void()> body);

}  // namespace someos::thread_base

#endif  // SOMEOS_BACKENDS_THREAD_BASE_FAILURE_H_
