// The file of the program that runs.

#ifndef SOMEOS_BACKENDS_PROCESS_BASE_THIS_PROGRAM_H_
#define SOMEOS_BACKENDS_PROCESS_BASE_THIS_PROGRAM_H_

#include <string>

#include "absl/status/statusor.h"

namespace someos::multiprocessing::process_base {

// A path to start this program again. On Linux "/proc/self/exe", which is the file that runs even
// if its name was given to another one since; elsewhere the path it was started from.
//
// kUnimplemented: OpenBSD, which does not tell. Errnos of sysctl(3).
absl::StatusOr<std::string> ThisProgram();

}  // namespace someos::multiprocessing::process_base

#endif  // SOMEOS_BACKENDS_PROCESS_BASE_THIS_PROGRAM_H_
