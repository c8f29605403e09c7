#include "someos/backends/epoll/epoll_object.h"

#include <sys/epoll.h>
#include <sys/select.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <memory>
#include <new>

#include "absl/base/dynamic_annotations.h"
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

absl::Status ClosedError() {
  return PlainStatus(absl::StatusCode::kInvalidArgument, "I/O operation on closed epoll object");
}

// Python rounds up to milliseconds, so a negative timeout of less than a millisecond means zero,
// and only longer negative ones block.
absl::StatusOr<base::Deadline> DeadlineOf(std::optional<absl::Duration> timeout) {
  if (timeout.has_value() && *timeout < absl::ZeroDuration()) {
    timeout = absl::Trunc(*timeout, absl::Milliseconds(1));
  }
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

absl::StatusOr<std::vector<EpollEvent>> Epoll::Poll(std::optional<absl::Duration> timeout,
                                                    int maxevents, OnSignal on_signal) {
  if (closed()) return ClosedError();
  const absl::StatusOr<base::Deadline> deadline = DeadlineOf(timeout);
  if (!deadline.ok()) return deadline.status();
  if (maxevents == -1) maxevents = kDefaultMaxEvents;
  if (maxevents < 1) {
    return PlainStatus(absl::StatusCode::kInvalidArgument,
                       absl::StrCat("maxevents must be greater than 0, got ", maxevents));
  }
  if (maxevents > kKernelMaxEvents) {
    return ErrnoStatus(EINVAL, absl::StrCat("poll: maxevents ", maxevents));
  }
  epoll_event small[kDefaultMaxEvents];
  epoll_event* buffer = small;
  std::unique_ptr<epoll_event[]> large;
  if (maxevents > kDefaultMaxEvents) {
    const int size = std::min(maxevents, kMaxBufferEvents);
    large.reset(new (std::nothrow) epoll_event[size]);
    if (large == nullptr) return ErrnoStatus(ENOMEM, absl::StrCat("poll: maxevents ", maxevents));
    buffer = large.get();
    maxevents = size;
  }
  return PollInto(buffer, maxevents, *deadline, on_signal);
}

int Epoll::WaitOnce(int epoll_fd, epoll_event* buffer, int size, base::Deadline& deadline) {
  const auto wait = [&](base::Deadline until) {
    return waiter_.Wait(epoll_fd, buffer, size, until);
  };
  // Without a timeout, the kernel itself looks first.
  return deadline.infinite() ? wait(deadline) : looks_.LookThenBlock(deadline, wait);
}

absl::StatusOr<std::vector<EpollEvent>> Epoll::PollInto(epoll_event* buffer, int size,
                                                        base::Deadline deadline,
                                                        OnSignal on_signal) {
  while (true) {
    const int epoll_fd = fileno();
    // It was open at the beginning of Poll(), so another thread or a signal handler has closed it.
    if (epoll_fd < 0) return ErrnoStatus(EBADF, "poll: closed meanwhile");
    const int count = WaitOnce(epoll_fd, buffer, size, deadline);
    if (count < 0 && (errno != EINTR || on_signal == OnSignal::kReturn)) {
      return ErrnoStatus(errno, absl::StrCat("poll epoll fd ", epoll_fd));
    }
    std::vector<EpollEvent> events;
    if (count > 0) {
      events.reserve(count);
      for (int i = 0; i < count; ++i) events.push_back({buffer[i].data.fd, buffer[i].events});
      return events;
    }
    if (!deadline.Passed()) continue;
    if (deadline.clock_error() != 0) return poller_base::NoClockError(deadline);
    return events;
  }
}

}  // namespace someos::select
