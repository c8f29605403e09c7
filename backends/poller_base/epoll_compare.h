// Asks Linux which file an epoll(7) set has under a number, without changing the set.

#ifndef SOMEOS_BACKENDS_POLLER_BASE_EPOLL_COMPARE_H_
#define SOMEOS_BACKENDS_POLLER_BASE_EPOLL_COMPARE_H_

#include <cstdint>

namespace someos::poller_base {

// kcmp(2) of KCMP_EPOLL_TFD (Linux 4.13): 0 if `fd` names the file that the set has under `number`,
// or the one at this position if it has several; a positive number if another file. -1 with errno.
// ENOENT: none is there. ENOSYS on older kernels; EPERM in sandboxes.
//
// Numbers are those of the calling thread, which may have a table of descriptors of its own
// (unshare(2), CLONE_FILES).
int CompareInEpollSet(int epoll_fd, int number, uint32_t position, int fd);

}  // namespace someos::poller_base

#endif  // SOMEOS_BACKENDS_POLLER_BASE_EPOLL_COMPARE_H_
