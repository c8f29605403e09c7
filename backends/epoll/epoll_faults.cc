#include "someos/backends/epoll/epoll_faults.h"

#include <sys/epoll.h>
#include <time.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <memory>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "someos/api/backend.h"
#include "someos/api/poller.h"
#include "someos/backends/epoll/epoll_poller.h"
#include "someos/testing/faults/fault_plan.h"

namespace someos {
namespace {

constexpr absl::string_view kAdd = "epoll_ctl ADD";
constexpr absl::string_view kModify = "epoll_ctl MOD";
constexpr absl::string_view kDelete = "epoll_ctl DEL";

int Create(int flags) {
  return FaultPlan::Fails("epoll_create1") ? -1 : RealEpollSystem().create(flags);
}

int Control(int epoll_fd, int operation, int fd, epoll_event* event) {
  const absl::string_view name = operation == EPOLL_CTL_ADD   ? kAdd
                                 : operation == EPOLL_CTL_MOD ? kModify
                                                              : kDelete;
  if (FaultPlan::Fails(name, fd)) return -1;
  return RealEpollSystem().control(epoll_fd, operation, fd, event);
}

// A wait, as the FaultPlan has it for `call`. `wait` makes the real system call, and
// `wait_non_blocking` the same without blocking.
template <typename RealWait, typename NonBlockingWait>
int WaitWithFaults(absl::string_view call, epoll_event* events, int max_events, RealWait wait,
                   NonBlockingWait wait_non_blocking) {
  static thread_local epoll_event last = {};
  const FaultPlan::WaitFault fault = FaultPlan::OfWait(call);
  if (fault.error != 0) {
    errno = fault.error;
    return -1;
  }
  if (fault.early) return 0;
  int repeated = 0;
  if (fault.repeat) events[repeated++] = last;
  const int room = std::min(max_events - repeated, fault.most);
  int count = 0;
  if (repeated == 0) {
    count = wait(events, room);
  } else if (room > 0) {
    count = std::max(wait_non_blocking(events + repeated, room), 0);
  }
  if (count > 0) last = events[repeated + count - 1];
  FaultPlan::WaitMade(call);
  return repeated + count;
}

int Wait(int epoll_fd, epoll_event* events, int max_events, int milliseconds) {
  const auto wait_for = [&](int timeout) {
    return [=](epoll_event* into, int room) {
      return RealEpollSystem().wait(epoll_fd, into, room, timeout);
    };
  };
  return WaitWithFaults("epoll_wait", events, max_events, wait_for(milliseconds), wait_for(0));
}

int WaitPrecisely(int epoll_fd, epoll_event* events, int max_events, const timespec& timeout) {
  const auto wait_for = [&](timespec time) {
    return [=](epoll_event* into, int room) {
      return RealEpollSystem().wait_precisely(epoll_fd, into, room, time);
    };
  };
  return WaitWithFaults("epoll_pwait2", events, max_events, wait_for(timeout), wait_for({}));
}

int Compare(int epoll_fd, int number, uint32_t position, int fd) {
  if (FaultPlan::Fails("kcmp", fd)) return -1;
  return RealEpollSystem().compare(epoll_fd, number, position, fd);
}

constexpr EpollSystem kFaulty = {Create, Control, Wait, WaitPrecisely, Compare};

absl::StatusOr<std::unique_ptr<Poller>> CreatePoller(const PollerOptions& options) {
  return EpollPoller::Create(options, kFaulty);
}

}  // namespace

const EpollSystem& FaultyEpollSystem() { return kFaulty; }

const FaultyBackend& FaultyEpoll() {
  static const FaultyBackend* const kBackend = new FaultyBackend{
      &EpollBackend(),
      CreatePoller,
      /*creations=*/
      {{"epoll_create1", EINVAL},
       {"epoll_create1", EMFILE},
       {"epoll_create1", ENFILE},
       {"epoll_create1", ENOMEM},
       {"epoll_create1", ENOSYS},  // in a sandbox
       {kAdd, EBADF},
       {kAdd, EINVAL},
       {kAdd, ENOMEM},
       {kAdd, ENOSPC},
       {kAdd, EPERM}},
      // Not EEXIST: no kernel returns it for a descriptor that it then does not find.
      /*registrations=*/
      {{kAdd, EBADF}, {kAdd, EINVAL}, {kAdd, ELOOP}, {kAdd, ENOMEM}, {kAdd, ENOSPC}, {kAdd, EPERM}},
      /*modifications=*/
      {{kModify, EBADF}, {kModify, EINVAL}, {kModify, ENOENT}, {kModify, ENOMEM}},
      /*unregistrations=*/
      {{kDelete, EBADF, true},
       {kDelete, EINVAL, true},
       {kDelete, ENOENT, true},
       {kDelete, ENOMEM, true},
       {kDelete, EPERM, true}},
      /*waits=*/
      {{"epoll_wait", EBADF},
       {"epoll_wait", EFAULT},
       {"epoll_wait", EINTR, true},
       {"epoll_wait", EINVAL},
       {"epoll_pwait2", EBADF},
       {"epoll_pwait2", EFAULT},
       {"epoll_pwait2", EINTR, true},
       {"epoll_pwait2", EINVAL},
       // Kernels and sandboxes that do not know it.
       {"epoll_pwait2", EACCES, true},
       {"epoll_pwait2", ENOSYS, true},
       {"epoll_pwait2", EOPNOTSUPP, true},
       {"epoll_pwait2", EPERM, true}},
      /*wait_calls=*/{"epoll_wait", "epoll_pwait2"},
      /*repeats_events=*/true,
  };
  return *kBackend;
}

}  // namespace someos
