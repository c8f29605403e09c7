// The start method "fork": fork(2).

#ifndef SOMEOS_BACKENDS_PROCESS_FORK_FORK_METHOD_H_
#define SOMEOS_BACKENDS_PROCESS_FORK_FORK_METHOD_H_

#include "someos/backends/process_base/start_method.h"

namespace someos::multiprocessing {

// The child is a copy of this process with one thread. It has all descriptors of this process, and
// what other threads held locked stays locked in it: a program with threads should use it only for
// children that touch nothing of theirs. What stdout and stderr of stdio have not written yet is
// written before.
//
// The child ends by _exit(2) with the body's result: no exit handlers and no destructors run.
const StartMethod& ForkStartMethod();

}  // namespace someos::multiprocessing

#endif  // SOMEOS_BACKENDS_PROCESS_FORK_FORK_METHOD_H_
