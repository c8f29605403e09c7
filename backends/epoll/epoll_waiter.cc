#include "someos/backends/epoll/epoll_waiter.h"

#include <time.h>

#include <cerrno>

namespace someos {

int EpollWaiter::WaitFor(int epoll_fd, epoll_event* events, int max_events,
                         base::Deadline deadline) {
  if (precise_.load(std::memory_order_relaxed)) {
    const int count = system_->wait_precisely(epoll_fd, events, max_events, deadline.AsTimespec());
    // Sandboxes return EPERM for a system call that they do not know.
    if (count >= 0 || (errno != ENOSYS && errno != EPERM)) return count;
    precise_.store(false, std::memory_order_relaxed);
  }
  return system_->wait(epoll_fd, events, max_events, deadline.AsMilliseconds());
}

absl::Duration EpollWaiter::Resolution() const {
  const timespec none = {};
  epoll_event unused;
  const bool precise = system_->wait_precisely(-1, &unused, 1, none) < 0 && errno == EBADF;
  return precise ? absl::Nanoseconds(1) : absl::Milliseconds(1);
}

}  // namespace someos
