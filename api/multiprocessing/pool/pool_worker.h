// Copies of a program as workers of its pools.

#ifndef SOMEOS_API_MULTIPROCESSING_POOL_POOL_WORKER_H_
#define SOMEOS_API_MULTIPROCESSING_POOL_POOL_WORKER_H_

#include "absl/strings/string_view.h"
#include "someos/api/multiprocessing/functions/named_functions.h"

namespace someos::multiprocessing {

// Makes the program one whose copies can be the workers of its pools. To be called at the
// beginning of main():
//
//   int main(int argc, char** argv) {
//     NamedFunctions functions;
//     functions.Register("square", Square);
//     RunAsPoolWorker(argc, argv, functions);
//     ...
//
// In a copy that a Pool has started, it calls the functions that it is asked for, one at a time in
// this thread, until the pool or its process ends, and then exit(3). Otherwise it returns at once.
void RunAsPoolWorker(int argc, char** argv, const NamedFunctions& functions);

namespace pool {
// argv[1] of such copies.
inline constexpr absl::string_view kWorkerArgument = "--someos-pool-worker";
// Whether RunAsPoolWorker was called: a copy of a program that does not call it would run main().
bool RunsAsPoolWorker();
}  // namespace pool

}  // namespace someos::multiprocessing

#endif  // SOMEOS_API_MULTIPROCESSING_POOL_POOL_WORKER_H_
