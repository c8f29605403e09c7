#include "someos/backends/base/poll_until.h"

#include <poll.h>
#include <signal.h>
#include <time.h>

#ifdef __linux__
#include <sys/syscall.h>
#endif

#include <cerrno>
#include <type_traits>
#include <utility>

#include "someos/backends/base/restarted_wait.h"

namespace someos::base {
namespace {

// Whether <poll.h> declares ppoll(). A template, so that the call is looked up, through the type of
// its argument, only on instantiation.
template <typename PollFd, typename = void>
struct HasPpoll : std::false_type {};
template <typename PollFd>
struct HasPpoll<PollFd, std::void_t<decltype(ppoll(std::declval<PollFd*>(), nfds_t{},
                                                   static_cast<const timespec*>(nullptr),
                                                   static_cast<const sigset_t*>(nullptr)))>>
    : std::true_type {};

// Whether this is an errno of ppoll(2) itself. Sandboxes that do not know the call return others.
// Not used where there is no such call.
[[maybe_unused]] bool IsErrorOfPoll(int error) {
  return error == EFAULT || error == EINTR || error == EINVAL || error == ENOMEM;
}

// A template, so that a system without ppoll compiles it.
template <typename PollFd>
int BlockInPoll(PollFd* fds, nfds_t count, const Deadline& deadline) {
  if (deadline.immediate()) return poll(fds, count, 0);
  if (deadline.infinite()) return poll(fds, count, -1);
#if defined(__linux__) && defined(SYS_poll)
  // If the process is stopped and continued, poll(2) goes on until its deadline, but not ppoll(2)
  // (restarted_wait.h). So ppoll waits only for what is not a whole number of milliseconds; the
  // caller calls again for that.
  if (const int milliseconds = deadline.AsWholeMilliseconds(); milliseconds > 0) {
    return poll(fds, count, milliseconds);
  }
#endif
  if constexpr (HasPpoll<PollFd>::value) {
    const timespec timeout = TimeoutOfOneCall(deadline);
    const int found = ppoll(fds, count, &timeout, nullptr);
    if (found >= 0 || IsErrorOfPoll(errno)) return found;
  }
  return poll(fds, count, deadline.AsMilliseconds());
}

}  // namespace

int PollUntil(pollfd* fds, nfds_t count, const Deadline& deadline) {
  return BlockInPoll(fds, count, deadline);
}

absl::Duration PollResolution() {
  return HasPpoll<pollfd>::value ? absl::Nanoseconds(1) : absl::Milliseconds(1);
}

}  // namespace someos::base
