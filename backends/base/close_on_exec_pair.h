// Pipes and pairs of sockets that programs which this process executes do not get.

#ifndef SOMEOS_BACKENDS_BASE_CLOSE_ON_EXEC_PAIR_H_
#define SOMEOS_BACKENDS_BASE_CLOSE_ON_EXEC_PAIR_H_

namespace someos::base {

// Both make two descriptors, close-on-exec, of the two ends. On macOS, which sets that afterwards,
// a program that another thread starts at the moment may get them. False with errno: EMFILE,
// ENFILE.

// The end to read from, and the end to write to.
bool OpenCloseOnExecPipe(int (&ends)[2]);

// Two connected AF_UNIX stream sockets.
bool OpenCloseOnExecSockets(int (&ends)[2]);

}  // namespace someos::base

#endif  // SOMEOS_BACKENDS_BASE_CLOSE_ON_EXEC_PAIR_H_
