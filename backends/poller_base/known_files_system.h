// The system calls that KnownFiles makes, as a seam for tests.

#ifndef SOMEOS_BACKENDS_POLLER_BASE_KNOWN_FILES_SYSTEM_H_
#define SOMEOS_BACKENDS_POLLER_BASE_KNOWN_FILES_SYSTEM_H_

#include <cstdint>

namespace someos::poller_base {

// An epoll(7) set without interests. Each returns -1 and errno on failure.
struct KnownFilesSystem {
  // epoll_create1(2), close-on-exec. ENOSYS where there is no epoll.
  int (*create)();
  // epoll_ctl(2) with EPOLL_CTL_ADD, EPOLL_CTL_MOD and EPOLL_CTL_DEL.
  int (*add)(int set, int fd);
  int (*modify)(int set, int fd);
  int (*remove)(int set, int fd);
  // See CompareInEpollSet (epoll_compare.h).
  int (*compare)(int set, int number, uint32_t position, int fd);
};

// The system calls of the kernel.
const KnownFilesSystem& RealKnownFilesSystem();

// Refuses to create a set, as a system without epoll does: every file is remembered by its
// FileIdentity.
const KnownFilesSystem& NoKnownFilesSystem();

}  // namespace someos::poller_base

#endif  // SOMEOS_BACKENDS_POLLER_BASE_KNOWN_FILES_SYSTEM_H_
