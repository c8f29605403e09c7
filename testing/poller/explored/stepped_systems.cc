#include "someos/testing/poller/explored/stepped_systems.h"

#include <poll.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <time.h>

#include <cstdint>

#include "absl/functional/function_ref.h"
#include "absl/time/time.h"
#include "someos/backends/base/deadline.h"
#include "someos/backends/epoll/epoll_system.h"
#include "someos/backends/poll/poll_system.h"
#include "someos/backends/select/select_system.h"
#include "someos/backends/thread_stepped/core.h"

namespace someos {
namespace {

using thread_stepped::Core;

// A system call that does not wait, as a step of its own.
template <typename Call>
auto Step(const char* name, Call call) {
  Core::Point({name, nullptr});
  const auto result = call();
  Core::After();
  return result;
}

// One that waits until `ready`, and then makes `call`, which does not.
template <typename Call>
auto StepWhenReady(const char* name, absl::FunctionRef<bool()> ready, absl::Duration timeout,
                   Call call) {
  Core::Point({name, nullptr});
  Core::WaitUntil(ready, timeout, {name, nullptr});
  const auto result = call();
  Core::After();
  return result;
}

int CreateEpoll(int flags) { return RealEpollSystem().create(flags); }

int ControlEpoll(int epoll_fd, int operation, int fd, epoll_event* event) {
  return Step("epoll_ctl",
              [&] { return RealEpollSystem().control(epoll_fd, operation, fd, event); });
}

int WaitForEpoll(int epoll_fd, epoll_event* events, int max_events, absl::Duration timeout) {
  // poll(2) does not take the edges and one-shots that it finds.
  const auto ready = [epoll_fd] {
    pollfd set = {epoll_fd, POLLIN, 0};
    return poll(&set, 1, 0) != 0;
  };
  return StepWhenReady("epoll_wait", ready, timeout,
                       [&] { return RealEpollSystem().wait(epoll_fd, events, max_events, 0); });
}

int WaitForMilliseconds(int epoll_fd, epoll_event* events, int max_events, int milliseconds) {
  return WaitForEpoll(
      epoll_fd, events, max_events,
      milliseconds < 0 ? absl::InfiniteDuration() : absl::Milliseconds(milliseconds));
}

int WaitPrecisely(int epoll_fd, epoll_event* events, int max_events, const timespec& timeout) {
  return WaitForEpoll(epoll_fd, events, max_events, absl::DurationFromTimespec(timeout));
}

int CompareInEpoll(int epoll_fd, int number, uint32_t position, int fd) {
  return RealEpollSystem().compare(epoll_fd, number, position, fd);
}

absl::Duration TimeoutOf(const base::Deadline& deadline) {
  if (deadline.infinite()) return absl::InfiniteDuration();
  if (deadline.immediate()) return absl::ZeroDuration();
  return absl::DurationFromTimespec(deadline.AsTimespec());
}

int Poll(pollfd* fds, nfds_t count, const base::Deadline& deadline) {
  const auto look = [&] { return poll(fds, count, 0); };
  return StepWhenReady("poll", [&] { return look() != 0; }, TimeoutOf(deadline), look);
}

int Select(int count, fd_set* read, fd_set* write, fd_set* except, const timespec* timeout) {
  const auto ready = [&] {
    const timespec none = {};
    fd_set copies[3];
    fd_set* sets[3] = {read, write, except};
    for (int i = 0; i < 3; ++i) {
      if (sets[i] == nullptr) continue;
      copies[i] = *sets[i];
      sets[i] = &copies[i];
    }
    return RealSelectSystem().select(count, sets[0], sets[1], sets[2], &none) != 0;
  };
  const absl::Duration most =
      timeout == nullptr ? absl::InfiniteDuration() : absl::DurationFromTimespec(*timeout);
  return StepWhenReady("select", ready, most, [&] {
    const timespec none = {};
    return RealSelectSystem().select(count, read, write, except, &none);
  });
}

constexpr EpollSystem kEpoll = {CreateEpoll, ControlEpoll, WaitForMilliseconds, WaitPrecisely,
                                CompareInEpoll};
constexpr PollSystem kPoll = {Poll, absl::Nanoseconds(1)};
constexpr SelectSystem kSelect = {Select};

}  // namespace

const EpollSystem& SteppedEpollSystem() { return kEpoll; }
const PollSystem& SteppedPollSystem() { return kPoll; }
const SelectSystem& SteppedSelectSystem() { return kSelect; }

}  // namespace someos
