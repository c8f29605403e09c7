// Functions of a program that its pools call in copies of it.

#ifndef SOMEOS_API_MULTIPROCESSING_POOL_FUNCTIONS_H_
#define SOMEOS_API_MULTIPROCESSING_POOL_FUNCTIONS_H_

#include <functional>
#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "someos/api/multiprocessing/managers/arguments.h"
#include "someos/api/multiprocessing/value/py_value.h"

namespace someos::multiprocessing {

// A function's status is the error of the call, with its code, message and payloads.
using PoolFunction = std::function<absl::StatusOr<PyValue>(const Arguments& arguments)>;

// By name. Thread-compatible.
class PoolFunctions {
 public:
  // Replaces the one that has the name.
  void Register(absl::string_view name, PoolFunction function);
  // Null if there is none.
  const PoolFunction* Find(absl::string_view name) const;

 private:
  std::map<std::string, PoolFunction, std::less<>> functions_;
};

// Makes the program one whose copies can be the workers of its pools. To be called at the
// beginning of main():
//
//   int main(int argc, char** argv) {
//     PoolFunctions functions;
//     functions.Register("square", Square);
//     RunAsPoolWorker(argc, argv, functions);
//     ...
//
// In a copy that a Pool has started, it calls the functions that it is asked for, one at a time in
// this thread, until the pool or its process ends, and then exit(3). Otherwise it returns at once.
void RunAsPoolWorker(int argc, char** argv, const PoolFunctions& functions);

namespace pool {
// argv[1] of such copies.
inline constexpr absl::string_view kWorkerArgument = "--someos-pool-worker";
// Whether RunAsPoolWorker was called: a copy of a program that does not call it would run main().
bool RunsAsPoolWorker();
}  // namespace pool

}  // namespace someos::multiprocessing

#endif  // SOMEOS_API_MULTIPROCESSING_POOL_FUNCTIONS_H_
