// waitpid(2) for one child.

#ifndef SOMEOS_BACKENDS_PROCESS_BASE_WAIT_FOR_CHILD_H_
#define SOMEOS_BACKENDS_PROCESS_BASE_WAIT_FOR_CHILD_H_

#include <sys/types.h>

namespace someos::multiprocessing::process_base {

struct WaitResult {
  bool ended = false;
  int error = 0;      // if ended: an errno, such as ECHILD, or 0
  int exit_code = 0;  // if ended without an error, with Python's sign
};

// Waits until the child has ended or, unless `block`, looks whether it has.
WaitResult WaitForChild(pid_t pid, bool block);

}  // namespace someos::multiprocessing::process_base

#endif  // SOMEOS_BACKENDS_PROCESS_BASE_WAIT_FOR_CHILD_H_
