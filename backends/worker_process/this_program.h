// The program of this process: whether it is another one's, and what comes in its place.

#ifndef SOMEOS_BACKENDS_WORKER_PROCESS_THIS_PROGRAM_H_
#define SOMEOS_BACKENDS_WORKER_PROCESS_THIS_PROGRAM_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"

namespace someos::worker_process {

// getpid(2)
int64_t ThisProcessId();

// Whether both paths name the same file. False if one of them names none.
bool AreSameFile(const std::string& a, const std::string& b);

// Goes on as the program at `path` with the arguments, of which the first is the program's name.
// Descriptors and signal masks stay. Returns only if that fails: ENOENT, EACCES, ENOEXEC, E2BIG.
absl::Status ExecuteInstead(const std::string& path, std::vector<std::string> arguments);

// Programs that this process executes do not get the descriptor. EBADF.
absl::Status SetCloseOnExec(int fd);

}  // namespace someos::worker_process

#endif  // SOMEOS_BACKENDS_WORKER_PROCESS_THIS_PROGRAM_H_
