// The start method "spawn": a copy of this program, started anew.

#ifndef SOMEOS_BACKENDS_PROCESS_SPAWN_SPAWN_METHOD_H_
#define SOMEOS_BACKENDS_PROCESS_SPAWN_SPAWN_METHOD_H_

#include "someos/backends/process_base/start_method.h"

namespace someos::multiprocessing {

// The child is this program again, by SpawnProgram. It has nothing of this process but the message
// and the descriptors.
//
// Cost: posix_spawn's system calls and four more (pipe2, write, close, pidfd_open), for messages of
// up to four kilobytes; longer ones wait until the child reads.
const StartMethod& SpawnStartMethod();

}  // namespace someos::multiprocessing

#endif  // SOMEOS_BACKENDS_PROCESS_SPAWN_SPAWN_METHOD_H_
