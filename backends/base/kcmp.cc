#include "someos/backends/base/kcmp.h"

#include <cerrno>

#ifdef __linux__
#include <sys/syscall.h>
#include <unistd.h>
#endif

namespace someos::base {

int Kcmp([[maybe_unused]] pid_t process1, [[maybe_unused]] pid_t process2,
         [[maybe_unused]] KcmpType type, [[maybe_unused]] unsigned long index1,
         [[maybe_unused]] unsigned long index2) {
#ifdef SYS_kcmp
  return static_cast<int>(syscall(SYS_kcmp, process1, process2, type, index1, index2));
#else
  errno = ENOSYS;
  return -1;
#endif
}

}  // namespace someos::base
