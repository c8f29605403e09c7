// The pipe on which Python tells a process that it has spawned what to do. Private to this package.

#ifndef SOMEOS_API_MULTIPROCESSING_PYTHON_WORKER_SPAWN_PIPE_H_
#define SOMEOS_API_MULTIPROCESSING_PYTHON_WORKER_SPAWN_PIPE_H_

#include "absl/status/statusor.h"
#include "someos/api/multiprocessing/python_worker/spawn_message.h"

namespace someos::multiprocessing::internal {

// Reads the message, and closes the descriptor. Nothing says how long the message is, and since 3.8
// the parent keeps the pipe open: its end is where the second pickle ends.
//
// kDataLoss: the parent has closed the pipe before that. Errnos of read(2), and errors of
// ReadSpawnMessage.
absl::StatusOr<SpawnMessage> ReceiveSpawnMessage(int fd);

}  // namespace someos::multiprocessing::internal

#endif  // SOMEOS_API_MULTIPROCESSING_PYTHON_WORKER_SPAWN_PIPE_H_
