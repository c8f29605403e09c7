// Processes that share a terminal with a shell.

#ifndef SOMEOS_TESTING_LINE_CONFORMANCE_SESSION_H_
#define SOMEOS_TESTING_LINE_CONFORMANCE_SESSION_H_

#include <sys/types.h>

#include "absl/functional/function_ref.h"

namespace someos {

// A child that has the terminal as its own, as a login shell has, and runs `body`.
pid_t StartSession(int terminal, absl::FunctionRef<void()> body);

// A child of such a shell, which has the terminal as a job in the foreground, and runs `body`.
pid_t StartJob(int terminal, absl::FunctionRef<void()> body);

// The exit status of the child, or 1000 and the signal that has ended it.
int WaitForEnd(pid_t child);

// For a shell: waits until the job has stopped, and takes the terminal.
bool TakeFromStopped(int terminal, pid_t job);
// For a shell: gives the terminal to the job, and lets it go on if it has stopped.
void GiveTo(int terminal, pid_t job);

}  // namespace someos

#endif  // SOMEOS_TESTING_LINE_CONFORMANCE_SESSION_H_
