// The system call that the select backend makes, as a seam for tests.

#ifndef SOMEOS_BACKENDS_SELECT_SELECT_SYSTEM_H_
#define SOMEOS_BACKENDS_SELECT_SELECT_SYSTEM_H_

#include <sys/select.h>
#include <time.h>

namespace someos {

struct SelectSystem {
  // pselect(2) without a signal mask; a null timeout blocks. -1 and errno on failure.
  int (*select)(int count, fd_set* read, fd_set* write, fd_set* except, const timespec* timeout);
};

// The system call of the kernel.
const SelectSystem& RealSelectSystem();

}  // namespace someos

#endif  // SOMEOS_BACKENDS_SELECT_SELECT_SYSTEM_H_
