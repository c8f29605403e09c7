#include "someos/backends/poller_base/epoll_compare.h"

#include <cerrno>
#include <cstdint>

#include "someos/backends/base/kcmp.h"

#ifdef __linux__
#include <sys/syscall.h>
#include <unistd.h>
#endif

namespace someos::poller_base {

int CompareInEpollSet([[maybe_unused]] int epoll_fd, [[maybe_unused]] int number,
                      [[maybe_unused]] uint32_t position, [[maybe_unused]] int fd) {
#ifdef __linux__
  const struct {
    uint32_t epoll_fd;
    uint32_t number;
    uint32_t position;
  } slot = {static_cast<uint32_t>(epoll_fd), static_cast<uint32_t>(number), position};
  const auto self = static_cast<pid_t>(syscall(SYS_gettid));
  return base::Kcmp(self, self, base::KcmpType::kEpollTarget, static_cast<unsigned long>(fd),
                    reinterpret_cast<uintptr_t>(&slot));
#else
  errno = ENOSYS;
  return -1;
#endif
}

}  // namespace someos::poller_base
