#include "someos/backends/epoll/epoll_waiter.h"

#include <poll.h>
#include <time.h>

#include <cerrno>

#include "someos/backends/base/poll_until.h"

namespace someos {
namespace {

// Whether this is an errno of epoll_pwait2(2) itself. Kernels that do not have the call return
// ENOSYS, and sandboxes that do not know it whatever they like, such as EPERM, EACCES or
// EOPNOTSUPP.
bool IsOwnError(int error) {
  return error == EBADF || error == EFAULT || error == EINTR || error == EINVAL;
}

}  // namespace

int EpollWaiter::WaitFor(int epoll_fd, epoll_event* events, int max_events,
                         base::Deadline deadline) {
  if (precise_.load(std::memory_order_relaxed)) {
    const int count = system_->wait_precisely(epoll_fd, events, max_events, deadline.AsTimespec());
    if (count >= 0 || IsOwnError(errno)) return count;
    precise_.store(false, std::memory_order_relaxed);
  }
  return system_->wait(epoll_fd, events, max_events, deadline.AsMilliseconds());
}

int EpollWaiter::WaitInPoll(int epoll_fd, epoll_event* events, int max_events,
                            base::Deadline deadline) {
  const int found = system_->wait(epoll_fd, events, max_events, 0);
  if (found != 0 || deadline.immediate()) return found;
  pollfd set = {epoll_fd, POLLIN, 0};
  const int ready = base::PollUntil(&set, 1, deadline);
  if (ready < 0 && errno != EINTR) {
    // A sandbox that refuses poll.
    return deadline.infinite() ? system_->wait(epoll_fd, events, max_events, -1)
                               : WaitFor(epoll_fd, events, max_events, deadline);
  }
  return ready <= 0 ? ready : system_->wait(epoll_fd, events, max_events, 0);
}

absl::Duration EpollWaiter::Resolution() const {
  if (!precise_.load(std::memory_order_relaxed)) return absl::Milliseconds(1);
  const timespec none = {};
  epoll_event unused;
  const bool precise = system_->wait_precisely(-1, &unused, 1, none) < 0 && errno == EBADF;
  return precise ? absl::Nanoseconds(1) : absl::Milliseconds(1);
}

}  // namespace someos
