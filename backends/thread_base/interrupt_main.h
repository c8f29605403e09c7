// Python's thread.interrupt_main.

#ifndef SOMEOS_BACKENDS_THREAD_BASE_INTERRUPT_MAIN_H_
#define SOMEOS_BACKENDS_THREAD_BASE_INTERRUPT_MAIN_H_

#include <csignal>

#include "absl/status/status.h"

namespace someos::thread_base {

// Has the program's handler of a signal called as if the signal had arrived: in the main thread, on
// other systems than Linux possibly in another one that does not block the signal. If there is no
// handler (SIG_DFL, SIG_IGN), nothing happens.
//
// kInvalidArgument "signal number out of range". Errnos of sigaction(2) and kill(2). Thread-safe.
// Source: Python's documentation of _thread.interrupt_main.
absl::Status InterruptMain(int signum = SIGINT);

}  // namespace someos::thread_base

#endif  // SOMEOS_BACKENDS_THREAD_BASE_INTERRUPT_MAIN_H_
