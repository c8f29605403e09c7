// kcmp(2) of Linux: whether two processes, or two numbers, share something of the kernel.

#ifndef SOMEOS_BACKENDS_BASE_KCMP_H_
#define SOMEOS_BACKENDS_BASE_KCMP_H_

#include <sys/types.h>

namespace someos::base {

// What is compared; the values of linux/kcmp.h, which not every system's headers contain.
enum class KcmpType : int {
  kFile = 0,         // KCMP_FILE: the open files of two descriptors
  kFileTable = 2,    // KCMP_FILES: the tables of descriptors
  kEpollTarget = 7,  // KCMP_EPOLL_TFD: an open file, and one in an epoll set
};

// kcmp(2). 0: the same; a positive number: not. -1 with errno: ENOSYS on other systems and older
// kernels, EPERM in sandboxes.
int Kcmp(pid_t process1, pid_t process2, KcmpType type, unsigned long index1, unsigned long index2);

}  // namespace someos::base

#endif  // SOMEOS_BACKENDS_BASE_KCMP_H_
