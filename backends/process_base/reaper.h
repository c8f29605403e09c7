// Waits for children whose handles are gone.

#ifndef SOMEOS_BACKENDS_PROCESS_BASE_REAPER_H_
#define SOMEOS_BACKENDS_PROCESS_BASE_REAPER_H_

#include <sys/types.h>

namespace someos::multiprocessing::process_base {

// Waits for the child in a thread of its own, which ends with it and blocks all signals, so that
// the child does not stay a zombie. Where no thread can be started, the next call tries again.
void ReapWhenEnded(pid_t pid);

}  // namespace someos::multiprocessing::process_base

#endif  // SOMEOS_BACKENDS_PROCESS_BASE_REAPER_H_
