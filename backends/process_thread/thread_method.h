// The start method "thread": Python's multiprocessing.dummy.

#ifndef SOMEOS_BACKENDS_PROCESS_THREAD_THREAD_METHOD_H_
#define SOMEOS_BACKENDS_PROCESS_THREAD_THREAD_METHOD_H_

#include "someos/backends/process_base/start_method.h"

namespace someos::multiprocessing {

// The child is a thread of this process, and its pid is that of this process. It cannot be
// signalled: kUnimplemented. Nobody joins it: when the process ends, it ends as well. Its own wait
// for itself, unless the timeout is zero, is kFailedPrecondition "cannot join current thread".
// In a program that is built with thread=dummy, a start is kFailedPrecondition: what threads of the
// program's share would have locks for one thread.
const StartMethod& ThreadStartMethod();

}  // namespace someos::multiprocessing

#endif  // SOMEOS_BACKENDS_PROCESS_THREAD_THREAD_METHOD_H_
