#include "someos/backends/poller_base/epoll_compare.h"

#include <cerrno>
#include <cstdint>

#ifdef __linux__
#include <sys/syscall.h>
#include <unistd.h>
#endif

namespace someos::poller_base {

int CompareInEpollSet([[maybe_unused]] int epoll_fd, [[maybe_unused]] int number,
                      [[maybe_unused]] uint32_t position, [[maybe_unused]] int fd) {
#if defined(__linux__) && defined(SYS_kcmp) && defined(SYS_gettid)
  // As linux/kcmp.h has it, which not every system's headers contain.
  constexpr int kEpollTarget = 7;
  const struct {
    uint32_t epoll_fd;
    uint32_t number;
    uint32_t position;
  } slot = {static_cast<uint32_t>(epoll_fd), static_cast<uint32_t>(number), position};
  const long self = syscall(SYS_gettid);
  return static_cast<int>(syscall(SYS_kcmp, self, self, kEpollTarget, fd, &slot));
#else
  errno = ENOSYS;
  return -1;
#endif
}

}  // namespace someos::poller_base
