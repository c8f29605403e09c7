// Waits on an epoll(7) object until a deadline, with the finest timeout that the running kernel
// offers.

#ifndef SOMEOS_BACKENDS_EPOLL_EPOLL_WAITER_H_
#define SOMEOS_BACKENDS_EPOLL_EPOLL_WAITER_H_

#include <sys/epoll.h>
#include <time.h>

#include <atomic>

#include "absl/base/attributes.h"
#include "absl/base/optimization.h"
#include "absl/time/time.h"
#include "someos/backends/base/deadline.h"
#include "someos/backends/base/system_calls.h"
#include "someos/backends/epoll/epoll_system.h"

namespace someos {

// Uses epoll_pwait2 (nanoseconds, Linux 5.11), and falls back to epoll_wait (milliseconds) once the
// kernel turns out not to have the former. Thread-safe.
class EpollWaiter {
 public:
  // `system` must outlive the waiter and its copies. If `only_handlers_interrupt`, Wait fails with
  // EINTR only after a signal handler has run. epoll_wait(2) does so also after the process was
  // stopped and continued; poll(2), which then waits for the epoll object, does not. With
  // kRequired, never uses epoll_pwait2.
  explicit EpollWaiter(const EpollSystem& system, bool only_handlers_interrupt = false,
                       base::SystemCalls calls = base::SystemCalls::kAll)
      : system_(&system),
        polls_(only_handlers_interrupt),
        precise_(calls == base::SystemCalls::kAll) {}
  EpollWaiter(const EpollWaiter& other)
      : system_(other.system_),
        polls_(other.polls_),
        precise_(other.precise_.load(std::memory_order_relaxed)) {}
  EpollWaiter& operator=(const EpollWaiter& other) {
    if (this == &other) return *this;
    system_ = other.system_;
    polls_ = other.polls_;
    precise_.store(other.precise_.load(std::memory_order_relaxed), std::memory_order_relaxed);
    return *this;
  }

  // As epoll_wait(2): returns the number of events, or -1 with errno. May return early after a
  // signal, and for timeouts longer than Deadline's conversions allow, so the caller must check
  // deadline.Passed().
  ABSL_ATTRIBUTE_ALWAYS_INLINE int Wait(int epoll_fd, epoll_event* events, int max_events,
                                        base::Deadline deadline) {
    if (ABSL_PREDICT_FALSE(polls_)) return WaitInPoll(epoll_fd, events, max_events, deadline);
    if (deadline.infinite()) return system_->wait(epoll_fd, events, max_events, -1);
    if (deadline.immediate()) return system_->wait(epoll_fd, events, max_events, 0);
    return WaitFor(epoll_fd, events, max_events, deadline);
  }

  // Timeouts are rounded up to a multiple of this. Asks the kernel, without waiting, unless it is
  // known that epoll_pwait2 is not used.
  absl::Duration Resolution() const;

 private:
  int WaitFor(int epoll_fd, epoll_event* events, int max_events, base::Deadline deadline);
  int WaitInPoll(int epoll_fd, epoll_event* events, int max_events, base::Deadline deadline);

  const EpollSystem* system_;
  bool polls_;
  std::atomic<bool> precise_;  // false once the kernel turns out not to have epoll_pwait2
};

}  // namespace someos

#endif  // SOMEOS_BACKENDS_EPOLL_EPOLL_WAITER_H_
