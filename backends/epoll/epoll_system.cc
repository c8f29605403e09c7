#include "someos/backends/epoll/epoll_system.h"

#include <signal.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <type_traits>
#include <utility>

#include "someos/backends/poller_base/epoll_compare.h"

namespace someos {
namespace {

// Whether <sys/epoll.h> declares epoll_pwait2(): glibc's does since 2.35. A template, so that the
// call is looked up, through the type of its argument, only on instantiation.
template <typename EpollEvent, typename = void>
struct HasEpollPwait2 : std::false_type {};
template <typename EpollEvent>
struct HasEpollPwait2<EpollEvent,
                      std::void_t<decltype(epoll_pwait2(
                          0, std::declval<EpollEvent*>(), 0, static_cast<const timespec*>(nullptr),
                          static_cast<const sigset_t*>(nullptr)))>> : std::true_type {};

// Unlike epoll_pwait2(), this is not a point where the thread can be cancelled.
[[maybe_unused]] int WaitBySystemCallNumber(int epoll_fd, epoll_event* events, int max_events,
                                            const timespec& timeout) {
#ifdef SYS_epoll_pwait2
  // The kernel takes 64-bit fields here on every architecture.
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

template <typename EpollEvent>
int WaitPrecisely(int epoll_fd, EpollEvent* events, int max_events, const timespec& timeout) {
  if constexpr (HasEpollPwait2<EpollEvent>::value) {
    return epoll_pwait2(epoll_fd, events, max_events, &timeout, nullptr);
  } else {
    return WaitBySystemCallNumber(epoll_fd, events, max_events, timeout);
  }
}

constexpr EpollSystem kReal = {epoll_create1, epoll_ctl, epoll_wait, WaitPrecisely<epoll_event>,
                               poller_base::CompareInEpollSet};

}  // namespace

const EpollSystem& RealEpollSystem() { return kReal; }

}  // namespace someos
