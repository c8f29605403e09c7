#include "someos/backends/epoll/epoll_object.h"

#include <sys/epoll.h>
#include <sys/select.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstddef>
#include <memory>
#include <new>

#include "absl/base/attributes.h"
#include "absl/base/dynamic_annotations.h"
#include "absl/base/optimization.h"
#include "absl/strings/str_cat.h"
#include "someos/api/errno_status.h"
#include "someos/api/on_signal.h"
#include "someos/backends/base/deadline.h"
#include "someos/backends/base/owned_fd.h"
#include "someos/backends/poller_base/python_timeout.h"

namespace someos::select {
namespace {

constexpr int kDefaultMaxEvents = FD_SETSIZE - 1;
// The kernel refuses more with EINVAL.
constexpr int kKernelMaxEvents = INT_MAX / sizeof(epoll_event);
// As many descriptors as a process can have open, unless fs.nr_open has been raised. The buffer
// takes 12 MiB of address space; only the pages that the kernel fills take memory.
constexpr int kMaxBufferEvents = 1 << 20;

ABSL_ATTRIBUTE_NOINLINE absl::Status ClosedError() {
  return PlainStatus(absl::StatusCode::kInvalidArgument, "I/O operation on closed epoll object");
}

// The errors of Poll. Not inlined, so that a poll needs no stack space and no registers for them.

ABSL_ATTRIBUTE_NOINLINE absl::Status TooFewEventsError(int maxevents) {
  return PlainStatus(absl::StatusCode::kInvalidArgument,
                     absl::StrCat("maxevents must be greater than 0, got ", maxevents));
}

ABSL_ATTRIBUTE_NOINLINE absl::Status MaxEventsError(int error, int maxevents) {
  return ErrnoStatus(error, absl::StrCat("poll: maxevents ", maxevents));
}

// The object was open at the beginning, so another thread or a signal handler has closed it.
ABSL_ATTRIBUTE_NOINLINE absl::Status ClosedMeanwhileError() {
  return ErrnoStatus(EBADF, "poll: closed meanwhile");
}

ABSL_ATTRIBUTE_NOINLINE absl::Status PollError(int epoll_fd) {
  return ErrnoStatus(errno, absl::StrCat("poll epoll fd ", epoll_fd));
}

// Python rounds up to milliseconds, so a negative timeout of less than a millisecond means zero,
// and only longer negative ones block.
absl::StatusOr<base::Deadline> DeadlineOf(absl::Duration timeout) {
  if (timeout < absl::ZeroDuration()) timeout = absl::Trunc(timeout, absl::Milliseconds(1));
  return poller_base::MillisecondTimeout(timeout);
}

}  // namespace

constexpr Epoll::Operation Epoll::kRegister = {EPOLL_CTL_ADD, "register"};
constexpr Epoll::Operation Epoll::kModify = {EPOLL_CTL_MOD, "modify"};
constexpr Epoll::Operation Epoll::kUnregister = {EPOLL_CTL_DEL, "unregister"};

absl::StatusOr<Epoll> Epoll::Create(int sizehint, int flags, const EpollSystem& system) {
  if (sizehint < -1 || sizehint == 0) {
    return PlainStatus(absl::StatusCode::kInvalidArgument, "negative sizehint");
  }
  if (flags != 0 && flags != kEpollCloexec) return ErrnoStatus(EINVAL, "invalid flags");
  const int fd = system.create(EPOLL_CLOEXEC);
  if (fd < 0) return ErrnoStatus(errno, "create an epoll object");
  return Epoll(fd, system);
}

absl::StatusOr<Epoll> Epoll::FromFd(int fd, const EpollSystem& system) {
  const absl::StatusOr<int> checked = DescriptorOf(fd);
  if (!checked.ok()) return checked.status();
  return Epoll(fd, system);
}

Epoll::Epoll(Epoll&& other) noexcept
    : system_(other.system_), waiter_(other.waiter_), fd_(other.fd_.exchange(-1)) {}

Epoll& Epoll::operator=(Epoll&& other) noexcept {
  if (this == &other) return *this;
  Close();
  system_ = other.system_;
  waiter_ = other.waiter_;
  fd_ = other.fd_.exchange(-1);
  return *this;
}

void Epoll::Close() {
  const int fd = fd_.exchange(-1);
  if (fd < 0) return;
  // ThreadSanitizer reports closing a number that another thread waits on as a race; here it is
  // allowed.
  ABSL_ANNOTATE_IGNORE_WRITES_BEGIN();
  base::OwnedFd(fd).Reset();
  ABSL_ANNOTATE_IGNORE_WRITES_END();
}

absl::Status Epoll::Control(const Operation& operation, const absl::StatusOr<int>& fd,
                            uint32_t eventmask) {
  if (!fd.ok()) return fd.status();
  const int epoll_fd = fileno();
  if (epoll_fd < 0) return ClosedError();
  epoll_event event = {};
  event.events = eventmask;
  event.data.fd = *fd;
  if (system_->control(epoll_fd, operation.number, *fd, &event) != 0) {
    return ErrnoStatus(errno, absl::StrCat(operation.name, " fd ", *fd));
  }
  return absl::OkStatus();
}

ABSL_ATTRIBUTE_ALWAYS_INLINE inline std::vector<EpollEvent> EventsOf(const epoll_event* found,
                                                                     size_t count) {
  // Not push_back, which would look for room each time.
  std::vector<EpollEvent> events(count);
  for (size_t i = 0; i < count; ++i) events[i] = {found[i].data.fd, found[i].events};
  return events;
}

// The functions of a wait are inlined into Poll: after the system call each return costs as much as
// twenty instructions.

ABSL_ATTRIBUTE_ALWAYS_INLINE inline int Epoll::WaitOnce(int epoll_fd, epoll_event* buffer, int size,
                                                        base::Deadline& deadline) {
  const auto wait = [&](base::Deadline until) {
    return waiter_.Wait(epoll_fd, buffer, size, until);
  };
  // Without a timeout, the kernel itself looks first.
  return deadline.infinite() ? wait(deadline) : looks_.LookThenBlock(deadline, wait);
}

ABSL_ATTRIBUTE_ALWAYS_INLINE inline absl::StatusOr<std::vector<EpollEvent>> Epoll::PollInto(
    epoll_event* buffer, int size, base::Deadline deadline, OnSignal on_signal) {
  while (true) {
    const int epoll_fd = fileno();
    if (ABSL_PREDICT_FALSE(epoll_fd < 0)) return ClosedMeanwhileError();
    const int count = WaitOnce(epoll_fd, buffer, size, deadline);
    if (ABSL_PREDICT_FALSE(count < 0) && (errno != EINTR || on_signal == OnSignal::kReturn)) {
      return PollError(epoll_fd);
    }
    if (count > 0) return EventsOf(buffer, static_cast<size_t>(count));
    if (!deadline.Passed()) continue;
    if (deadline.clock_error() != 0) return poller_base::NoClockError(deadline);
    return std::vector<EpollEvent>();
  }
}

absl::StatusOr<std::vector<EpollEvent>> Epoll::Poll(std::optional<absl::Duration> timeout,
                                                    int maxevents, OnSignal on_signal) {
  if (closed()) return ClosedError();
  base::Deadline deadline(absl::InfiniteDuration());
  if (timeout.has_value()) {
    const absl::StatusOr<base::Deadline> given = DeadlineOf(*timeout);
    if (!given.ok()) return given.status();
    deadline = *given;
  }
  if (maxevents == -1) maxevents = kDefaultMaxEvents;
  if (maxevents < 1) return TooFewEventsError(maxevents);
  epoll_event small[kDefaultMaxEvents];
  epoll_event* buffer = small;
  std::unique_ptr<epoll_event[]> large;
  if (maxevents > kDefaultMaxEvents) {
    if (maxevents > kKernelMaxEvents) return MaxEventsError(EINVAL, maxevents);
    const int size = std::min(maxevents, kMaxBufferEvents);
    large.reset(new (std::nothrow) epoll_event[size]);
    if (large == nullptr) return MaxEventsError(ENOMEM, maxevents);
    buffer = large.get();
    maxevents = size;
  }
  return PollInto(buffer, maxevents, deadline, on_signal);
}

}  // namespace someos::select
