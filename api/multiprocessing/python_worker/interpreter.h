// Hands over to a real interpreter. Private to this package.

#ifndef SOMEOS_API_MULTIPROCESSING_PYTHON_WORKER_INTERPRETER_H_
#define SOMEOS_API_MULTIPROCESSING_PYTHON_WORKER_INTERPRETER_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "someos/backends/worker_process/parent_process.h"

namespace someos::multiprocessing::internal {

// Goes on as the interpreter, with the same arguments: the one that the environment variable
// SOMEOS_PYTHON names; else `configured`, if it is not empty; else the parent's program. Returns
// only if that fails.
//
// kFailedPrecondition (RuntimeError): none is known; it would be this program again. Errnos of
// execv(3).
absl::Status BecomeInterpreter(const std::vector<std::string>& arguments,
                               const std::string& configured,
                               const worker_process::ParentProcess& parent);

}  // namespace someos::multiprocessing::internal

#endif  // SOMEOS_API_MULTIPROCESSING_PYTHON_WORKER_INTERPRETER_H_
