// What a child does first.

#ifndef SOMEOS_BACKENDS_PROCESS_BASE_CHILD_SIDE_H_
#define SOMEOS_BACKENDS_PROCESS_BASE_CHILD_SIDE_H_

#include "someos/backends/process_base/start_method.h"

namespace someos::multiprocessing::process_base {

// In a copy of this program: what it was given, `count` descriptors, close-on-exec from now on.
ChildSide GivenDescriptors(int count);

// Flushes stdout and stderr, before a fork or _exit(2).
void FlushStandardStreams();

// Makes standard input empty, as Python does in a child, so that it does not take what is meant for
// its parent. No effect if /dev/null cannot be opened.
void EmptyStandardInput();

// Ends this process, by SIGKILL, when the parent has ended: `parent` is ChildSide::parent. False
// where the thread that waits for it cannot be started.
bool EndWithParent(int parent);

}  // namespace someos::multiprocessing::process_base

#endif  // SOMEOS_BACKENDS_PROCESS_BASE_CHILD_SIDE_H_
