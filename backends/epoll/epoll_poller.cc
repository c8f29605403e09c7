#include "someos/backends/epoll/epoll_poller.h"

#include <sys/epoll.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <fstream>
#include <string>
#include <utility>

#include "absl/base/optimization.h"
#include "absl/strings/str_cat.h"
#include "someos/api/errno_status.h"
#include "someos/backends/base/system_calls.h"

namespace someos {
namespace {

constexpr size_t kMaxEvents = INT_MAX / sizeof(epoll_event);  // epoll_wait refuses more with EINVAL

// The part of `events` that the kernel accepts.
absl::Span<Event> Usable(absl::Span<Event> events) {
  return events.first(std::min(events.size(), kMaxEvents));
}

constexpr Interest kReadAndWrite = Interest::kReadable | Interest::kWritable;

// The timeouts of epoll_wait(2) that need no clock.
constexpr int kForever = -1;
constexpr int kNone = 0;

WaitOutcome NoClock(const base::Deadline& deadline) {
  return ErrnoStatus(deadline.clock_error(), "wait: clock_gettime");
}

}  // namespace

using base::Deadline;
using base::ForkedError;
using poller_base::SingleWaiter;
using poller_base::WakeChannel;

absl::StatusOr<std::unique_ptr<EpollPoller>> EpollPoller::Create(const PollerOptions& options,
                                                                 const EpollSystem& system) {
  base::WatchForForks();
  const base::SystemCalls calls = base::SystemCallsOf(options);
  absl::StatusOr<WakeChannel> wake_channel = WakeChannel::Create(calls);
  if (!wake_channel.ok()) return wake_channel.status();
  absl::StatusOr<EpollSet> set =
      EpollSet::Create("create an epoll poller", system, *wake_channel, calls);
  if (!set.ok()) return set.status();
  return std::unique_ptr<EpollPoller>(
      new EpollPoller(options, system, *std::move(set), *std::move(wake_channel)));
}

EpollPoller::EpollPoller(const PollerOptions& options, const EpollSystem& system, EpollSet set,
                         WakeChannel wake_channel)
    : options_(options),
      wait_(system.wait),
      waiter_(system, options.return_on_signal, base::SystemCallsOf(options)),
      registrations_(system, std::move(set), std::move(wake_channel), options) {}

Capabilities EpollPoller::capabilities() const {
  Capabilities result;
  result.edge = true;
  result.exclusive = true;
  result.hangup = true;
  result.errors_alone = true;
  result.nestable = true;
  result.read_hangup = true;
  result.priority = true;
  result.invalid = false;
  result.timeout_resolution = waiter_.Resolution();
  return result;
}

absl::Status EpollPoller::DoRegister(int fd, Interest interest, uint64_t data, Trigger trigger) {
  if (ABSL_PREDICT_FALSE(registrations_.forked())) return ForkedError("register");
  if (ABSL_PREDICT_FALSE(trigger == Trigger::kExclusive)) {
    const bool allowed =
        interest != Interest::kNone && (interest & ~kReadAndWrite) == Interest::kNone;
    if (!allowed) {
      return ErrnoStatus(EINVAL, absl::StrCat("register fd ", fd, ": an exclusive registration is ",
                                              "for kReadable and kWritable only"));
    }
  }
  return registrations_.Register(fd, interest, data, trigger);
}

absl::Status EpollPoller::DoModify(int fd, Interest interest, uint64_t data, Trigger trigger) {
  if (ABSL_PREDICT_FALSE(registrations_.forked())) return ForkedError("modify");
  return registrations_.Modify(fd, interest, data, trigger);
}

absl::Status EpollPoller::DoUnregister(int fd) {
  if (ABSL_PREDICT_FALSE(registrations_.forked())) return ForkedError("unregister");
  return registrations_.Unregister(fd);
}

absl::StatusOr<int> EpollPoller::DoTakeError(int fd) {
  if (registrations_.forked()) return ForkedError("take error");
  return registrations_.TakeError(fd);
}

absl::StatusOr<int> EpollPoller::DoFd() {
  if (registrations_.forked()) return ForkedError("fd");
  return registrations_.NestFd();
}

absl::Status EpollPoller::DoWake() {
  if (registrations_.forked()) return wake_request_.Refuse();
  return wake_request_.Make(registrations_.wake_channel());
}

absl::Status EpollPoller::DoRebuildAfterFork() {
  if (!registrations_.forked()) return absl::OkStatus();
  const absl::Status status = registrations_.RebuildAfterFork();
  if (registrations_.forked()) return status;
  wake_request_.Take();
  single_waiter_.Release();
  return status;
}

//   DoWaitForever, DoLook, DoWait
//              |
//   WaitFast:  | files that epoll refuses? -----> WaitInSteps
//              | a DoWait without a look? ---------+ |
//              | epoll_wait                        | |
//              | one plain event,                  | |
//              | none for DoLook? --> return       v v
//   LeaveFastPath: a look in vain? ----------> WaitClaimed
//              |                                    |
//              +-------------> WaitSlow <-----------+
//                               |    ^
//            failed, an event,  |    | CallKernel: epoll_wait or epoll_pwait2, or
//            a Wake, the        |    | CallWithAlwaysReady: that and the files
//            deadline: return   v    | that epoll refuses
//                               +----+
//
// A wait with a timeout looks first, since the clock and the kernel's timer take longer than a look
// that finds something. If the look is in vain, it reads the clock and sleeps (LookBackOff).
//
// WaitFast makes no function call other than the system call. That is why the functions of the fast
// path are inline and stand above their caller, and those that leave it are not inlined.

inline WaitOutcome EpollPoller::Return(size_t delivered) {
  if (delivered == 1) {
    counters_.CountOne();
  } else {
    counters_.CountWait(delivered, /*woken=*/false);
  }
  single_waiter_.Release();
  return delivered;
}

template <EpollPoller::First kFirst>
ABSL_ATTRIBUTE_ALWAYS_INLINE inline WaitOutcome EpollPoller::WaitFast(absl::Span<Event> events,
                                                                      absl::Duration timeout) {
  if (ABSL_PREDICT_FALSE(!registrations_.kernel_only())) return WaitInSteps(events, timeout);
  if (ABSL_PREDICT_FALSE(!Claim())) return SingleWaiter::Refusal();
  if (kFirst == First::kLookThenSleep && !looks_.Due()) return WaitClaimed(events, timeout);
  room_ = events.size();
  // The size of a span of more than kMaxEvents may not fit into an int; then the kernel refuses the
  // call, or gets a smaller size.
  SingleWaiter::ReleaseIfCancelled release(single_waiter_);
  const int count =
      wait_(registrations_.set_fd(), EpollDelivery::Buffer(events), static_cast<int>(events.size()),
            kFirst == First::kBlock ? kForever : kNone);
  release.Dismiss();
  if (ABSL_PREDICT_TRUE(count == 1) &&
      EpollDelivery::DeliverPlain(registrations_.view(), events, 0)) {
    if (kFirst == First::kLookThenSleep) looks_.Found();
    return Return(1);
  }
  if (kFirst == First::kLook && count == 0) return Return(0);
  return LeaveFastPath(events.data(), count, timeout);
}

WaitOutcome EpollPoller::DoWaitForever(absl::Span<Event> events) {
  return WaitFast<First::kBlock>(events, absl::InfiniteDuration());
}

WaitOutcome EpollPoller::DoLook(absl::Span<Event> events) {
  return WaitFast<First::kLook>(events, absl::ZeroDuration());
}

WaitOutcome EpollPoller::DoWait(absl::Span<Event> events, absl::Duration timeout) {
  return WaitFast<First::kLookThenSleep>(events, timeout);
}

WaitOutcome EpollPoller::LeaveFastPath(Event* begin, int count, absl::Duration timeout) {
  const absl::Span<Event> events(begin, room_);
  if (count == 0) looks_.InVain();
  const bool too_many = count < 0 && errno == EINVAL && events.size() > kMaxEvents;
  if (count == 0 || too_many) return WaitClaimed(events, timeout);
  looks_.Found();
  const SingleWaiter::ScopedRelease release(single_waiter_);
  return WaitSlow(events, Deadline::NotStarted(timeout), Finish(events, count));
}

WaitOutcome EpollPoller::WaitInSteps(absl::Span<Event> events, absl::Duration timeout) {
  if (registrations_.forked()) return ForkedError("wait");
  if (!Claim()) return SingleWaiter::Refusal();
  return WaitClaimed(events, timeout);
}

WaitOutcome EpollPoller::WaitClaimed(absl::Span<Event> events, absl::Duration timeout) {
  const SingleWaiter::ScopedRelease release(single_waiter_);
  const Deadline deadline(timeout);
  if (ABSL_PREDICT_FALSE(deadline.clock_error() != 0)) return NoClock(deadline);
  events = Usable(events);
  return WaitSlow(events, deadline, CallKernel(events, deadline));
}

WaitOutcome EpollPoller::WaitSlow(absl::Span<Event> events, Deadline deadline, Call call) {
  while (true) {
    if (call.error == EINTR) counters_.CountInterrupted();
    if (call.error != 0 && (call.error != EINTR || options_.return_on_signal)) {
      return ErrnoStatus(call.error, "wait: epoll_wait");
    }
    const auto [delivered, woken, stale] = call.events;
    if (stale) {
      // If this fails, the events that were fetched must not be lost: the failure is reported only
      // if there are none. Otherwise it is retried when the stale events recur.
      const absl::Status status = registrations_.DropStale();
      if (!status.ok() && delivered == 0 && !woken) return status;
    }
    if (delivered > 0 || woken || (!call.crowded_out && deadline.Passed())) {
      if (deadline.clock_error() != 0 && delivered == 0 && !woken) return NoClock(deadline);
      counters_.CountWait(delivered, woken);
      return delivered;
    }
    if (call.error == 0) counters_.CountSpurious();
    call = CallKernel(events, deadline);
  }
}

EpollPoller::Call EpollPoller::CallKernel(absl::Span<Event> events, Deadline deadline) {
  if (ABSL_PREDICT_FALSE(registrations_.some_always_ready())) return CallWithAlwaysReady(events);
  return Finish(events, waiter_.Wait(registrations_.set_fd(), EpollDelivery::Buffer(events),
                                     static_cast<int>(events.size()), deadline));
}

EpollPoller::Call EpollPoller::CallWithAlwaysReady(absl::Span<Event> events) {
  // To prevent starvation, each kind gets half of the room; if there is room for one event only,
  // they alternate.
  size_t reserved = events.size() / 2;
  if (events.size() == 1) {
    always_ready_turn_ = !always_ready_turn_;
    reserved = always_ready_turn_ ? 1 : 0;
  }
  Call call;
  if (reserved < events.size()) {
    const absl::Span<Event> room = events.first(events.size() - reserved);
    call = Finish(room, wait_(registrations_.set_fd(), EpollDelivery::Buffer(room),
                              static_cast<int>(room.size()), kNone));
    if (call.error != 0) return call;
  }
  call.events.delivered += registrations_.TakeAlwaysReady(events.subspan(call.events.delivered));
  return call;
}

EpollPoller::Call EpollPoller::Finish(absl::Span<Event> events, int count) {
  Call call;
  if (count < 0) {
    call.error = errno;
    return call;
  }
  call.events = delivery_.Deliver(events, static_cast<size_t>(count));
  call.crowded_out = call.events.delivered == 0 && static_cast<size_t>(count) == events.size();
  return call;
}

namespace {

absl::StatusOr<std::unique_ptr<Poller>> CreateEpollPoller(const PollerOptions& options) {
  return EpollPoller::Create(options);
}

std::string EpollLimits() {
  std::ifstream file("/proc/sys/fs/epoll/max_user_watches");
  uint64_t watches = 0;
  if (!(file >> watches)) return "descriptors up to RLIMIT_NOFILE";
  return absl::StrCat("descriptors up to RLIMIT_NOFILE; ", watches,
                      " registrations per user (fs.epoll.max_user_watches)");
}

constexpr Backend kEpollBackend = {"epoll", "epoll(7)", CreateEpollPoller, EpollLimits};

}  // namespace

const Backend& EpollBackend() { return kEpollBackend; }

}  // namespace someos
