#include "someos/backends/process_base/pidfd.h"

#include <sys/types.h>

#ifdef __linux__
#include <sys/syscall.h>
#include <unistd.h>
#endif

#include <cerrno>

namespace someos::multiprocessing::process_base {

int OpenPidfd([[maybe_unused]] pid_t pid) {
#if defined(__linux__) && defined(SYS_pidfd_open)
  return static_cast<int>(syscall(SYS_pidfd_open, pid, 0));
#else
  errno = ENOSYS;
  return -1;
#endif
}

int SendByPidfd([[maybe_unused]] int pidfd, [[maybe_unused]] int signal) {
#if defined(__linux__) && defined(SYS_pidfd_send_signal)
  return static_cast<int>(syscall(SYS_pidfd_send_signal, pidfd, signal, nullptr, 0));
#else
  errno = ENOSYS;
  return -1;
#endif
}

}  // namespace someos::multiprocessing::process_base
