// The wait of epoll(7) up to a deadline, by the finest timeout that the running kernel offers.

#ifndef SOMEOS_BACKENDS_EPOLL_EPOLL_WAITER_H_
#define SOMEOS_BACKENDS_EPOLL_EPOLL_WAITER_H_

#include <sys/epoll.h>
#include <time.h>

#include <atomic>

#include "absl/base/attributes.h"
#include "absl/time/time.h"
#include "someos/backends/base/deadline.h"
#include "someos/backends/epoll/epoll_system.h"

namespace someos {

// Chooses between epoll_pwait2 (nanoseconds, Linux 5.11) and epoll_wait (milliseconds), and
// remembers that the kernel turned out not to have the former. Any thread may wait at any time.
class EpollWaiter {
 public:
  // `system` must outlive the waiter and its copies.
  explicit EpollWaiter(const EpollSystem& system) : system_(&system) {}
  EpollWaiter(const EpollWaiter& other)
      : system_(other.system_), precise_(other.precise_.load(std::memory_order_relaxed)) {}
  EpollWaiter& operator=(const EpollWaiter& other) {
    if (this == &other) return *this;
    system_ = other.system_;
    precise_.store(other.precise_.load(std::memory_order_relaxed), std::memory_order_relaxed);
    return *this;
  }

  // As epoll_wait(2): the number of events, or -1 and errno. Ends early for signals and for
  // timeouts longer than Deadline's conversions give, so the caller asks deadline.Passed().
  ABSL_ATTRIBUTE_ALWAYS_INLINE int Wait(int epoll_fd, epoll_event* events, int max_events,
                                        base::Deadline deadline) {
    if (deadline.infinite()) return system_->wait(epoll_fd, events, max_events, -1);
    if (deadline.immediate()) return system_->wait(epoll_fd, events, max_events, 0);
    return WaitFor(epoll_fd, events, max_events, deadline);
  }

  // What timeouts are rounded up to a multiple of. Asks the kernel, without waiting.
  absl::Duration Resolution() const;

 private:
  int WaitFor(int epoll_fd, epoll_event* events, int max_events, base::Deadline deadline);

  const EpollSystem* system_;
  std::atomic<bool> precise_{true};  // until the kernel turns out not to have epoll_pwait2
};

}  // namespace someos

#endif  // SOMEOS_BACKENDS_EPOLL_EPOLL_WAITER_H_
