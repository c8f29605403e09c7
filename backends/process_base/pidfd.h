// Handles of processes, which go on naming the same process when its number has become another
// one's: Linux 5.3.

#ifndef SOMEOS_BACKENDS_PROCESS_BASE_PIDFD_H_
#define SOMEOS_BACKENDS_PROCESS_BASE_PIDFD_H_

#include <sys/types.h>

namespace someos::multiprocessing::process_base {

// pidfd_open(2): a close-on-exec descriptor, or -1 with errno; ENOSYS where there is none.
int OpenPidfd(pid_t pid);

// pidfd_send_signal(2): 0, or -1 with errno; ESRCH once somebody has waited for the process.
int SendByPidfd(int pidfd, int signal);

}  // namespace someos::multiprocessing::process_base

#endif  // SOMEOS_BACKENDS_PROCESS_BASE_PIDFD_H_
