#include "someos/backends/epoll/epoll_system.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>

#include "someos/backends/poller_base/epoll_compare.h"

namespace someos {
namespace {

int WaitPrecisely(int epoll_fd, epoll_event* events, int max_events, const timespec& timeout) {
#ifdef SYS_epoll_pwait2
  // By system call number, because glibc has a wrapper only since 2.35. The kernel takes 64-bit
  // fields here on every architecture.
  const struct {
    int64_t seconds;
    int64_t nanoseconds;
  } kernel_timeout = {timeout.tv_sec, timeout.tv_nsec};
  return static_cast<int>(
      syscall(SYS_epoll_pwait2, epoll_fd, events, max_events, &kernel_timeout, nullptr, 0));
#else
  static_cast<void>(epoll_fd), static_cast<void>(events);
  static_cast<void>(max_events), static_cast<void>(timeout);
  errno = ENOSYS;
  return -1;
#endif
}

constexpr EpollSystem kReal = {epoll_create1, epoll_ctl, epoll_wait, WaitPrecisely,
                               poller_base::CompareInEpollSet};

}  // namespace

const EpollSystem& RealEpollSystem() { return kReal; }

}  // namespace someos
