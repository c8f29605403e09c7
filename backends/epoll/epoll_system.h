// The system calls that the epoll backend makes, as a seam for tests.

#ifndef SOMEOS_BACKENDS_EPOLL_EPOLL_SYSTEM_H_
#define SOMEOS_BACKENDS_EPOLL_EPOLL_SYSTEM_H_

#include <sys/epoll.h>
#include <time.h>

#include <cstdint>

namespace someos {

// Each behaves as in its man page: -1 and errno on failure. Must not change while in use: pollers
// keep pointers to it and to its functions.
struct EpollSystem {
  int (*create)(int flags);
  int (*control)(int epoll_fd, int operation, int fd, epoll_event* event);
  int (*wait)(int epoll_fd, epoll_event* events, int max_events, int milliseconds);
  // epoll_pwait2(2) (Linux 5.11) without a signal mask. ENOSYS on older kernels.
  int (*wait_precisely)(int epoll_fd, epoll_event* events, int max_events, const timespec& timeout);
  // See CompareInEpollSet (poller_base/epoll_compare.h).
  int (*compare)(int epoll_fd, int number, uint32_t position, int fd);
};

// The system calls of the kernel.
const EpollSystem& RealEpollSystem();

}  // namespace someos

#endif  // SOMEOS_BACKENDS_EPOLL_EPOLL_SYSTEM_H_
