#include "someos/backends/poll/poll_system.h"

#include <poll.h>
#include <signal.h>
#include <time.h>

#include <type_traits>
#include <utility>

namespace someos {
namespace {

using base::Deadline;

// Whether <poll.h> declares ppoll(). A template, so that the call is looked up, through the type of
// its argument, only on instantiation.
template <typename PollFd, typename = void>
struct HasPpoll : std::false_type {};
template <typename PollFd>
struct HasPpoll<PollFd, std::void_t<decltype(ppoll(std::declval<PollFd*>(), nfds_t{},
                                                   static_cast<const timespec*>(nullptr),
                                                   static_cast<const sigset_t*>(nullptr)))>>
    : std::true_type {};

template <typename PollFd>
int BlockInPoll(PollFd* fds, nfds_t count, const Deadline& deadline) {
  if (deadline.immediate()) return poll(fds, count, 0);
  if (deadline.infinite()) return poll(fds, count, -1);
  if constexpr (HasPpoll<PollFd>::value) {
    const timespec timeout = deadline.AsTimespec();
    return ppoll(fds, count, &timeout, nullptr);
  } else {
    return poll(fds, count, deadline.AsMilliseconds());
  }
}

constexpr PollSystem kReal = {
    BlockInPoll<pollfd>,
    HasPpoll<pollfd>::value ? absl::Nanoseconds(1) : absl::Milliseconds(1),
};

}  // namespace

const PollSystem& RealPollSystem() { return kReal; }

}  // namespace someos
