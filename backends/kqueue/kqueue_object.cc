#include "someos/backends/kqueue/kqueue_object.h"

#include <algorithm>
#include <cerrno>
#include <cstddef>

#include "absl/strings/str_cat.h"
#include "someos/api/errno_status.h"
#include "someos/api/on_signal.h"
#include "someos/api/waitable.h"
#include "someos/backends/poller_base/python_timeout.h"

namespace someos::select {
namespace {

// The maximum number of events per call, even if more are asked for. The buffer takes memory only
// as far as the kernel fills it, but it has to be allocated.
constexpr size_t kMaxEvents = 65536;

// Up to this number no allocation is needed.
constexpr size_t kEventsOnStack = 32;

}  // namespace

absl::StatusOr<Kqueue> Kqueue::Create(QueueMaker new_queue) {
  absl::StatusOr<std::unique_ptr<KernelQueue>> queue = new_queue();
  if (!queue.ok()) return queue.status();
  return Kqueue(*std::move(queue));
}

absl::StatusOr<Kqueue> Kqueue::FromFd(int fd) {
  if (fd < 0) return internal::NegativeDescriptor(fd);
  absl::StatusOr<std::unique_ptr<KernelQueue>> queue = AdoptKernelQueue(fd);
  if (!queue.ok()) return queue.status();
  return Kqueue(*std::move(queue));
}

void Kqueue::Close() {
  if (queue_ != nullptr) queue_->Close();
}

absl::StatusOr<std::vector<Kevent>> Kqueue::Control(std::nullopt_t, int max_events,
                                                    std::optional<absl::Duration> timeout,
                                                    OnSignal on_signal) const {
  absl::StatusOr<base::Deadline> deadline = CheckArguments(max_events, timeout);
  if (!deadline.ok()) return deadline.status();
  return ControlUntil({}, max_events, *deadline, on_signal);
}

absl::StatusOr<base::Deadline> Kqueue::CheckArguments(int max_events,
                                                      std::optional<absl::Duration> timeout) const {
  if (closed()) {
    return PlainStatus(absl::StatusCode::kInvalidArgument, "I/O operation on closed kqueue object");
  }
  if (max_events < 0) {  // NetBSD's kernel would hang
    return PlainStatus(absl::StatusCode::kInvalidArgument,
                       absl::StrCat("Length of eventlist must be 0 or positive, got ", max_events));
  }
  return poller_base::NonNegativeTimeout(timeout, "timeout must be positive or None");
}

absl::StatusOr<std::vector<Kevent>> Kqueue::ControlUntil(absl::Span<const struct ::kevent> changes,
                                                         int max_events, base::Deadline& deadline,
                                                         OnSignal on_signal) const {
  const int number = fileno();
  const size_t room =
      std::min(static_cast<size_t>(max_events), std::max(kMaxEvents, changes.size()));
  struct ::kevent on_stack[kEventsOnStack];
  std::unique_ptr<struct ::kevent[]> on_heap;
  if (room > kEventsOnStack) {
    on_heap.reset(new struct ::kevent[room]);  // NOLINT(modernize-make-unique): not zeroed
  }
  struct ::kevent* const events = on_heap == nullptr ? on_stack : on_heap.get();
  while (true) {
    timespec time_left = {};
    // Without room for events no system waits, but not all of them document it.
    const timespec* limit = nullptr;
    if (room == 0 || !deadline.infinite()) limit = &time_left;
    if (room > 0 && !deadline.infinite()) time_left = deadline.AsTimespec();
    const int found = queue_->Kevent(changes.data(), static_cast<int>(changes.size()),
                                     room == 0 ? nullptr : events, static_cast<int>(room), limit);
    if (found > 0) return std::vector<Kevent>(events, events + found);
    if (found < 0 && (errno != EINTR || on_signal == OnSignal::kReturn)) {
      return ErrnoStatus(errno, absl::StrCat("control fd ", number));
    }
    if (room == 0 || deadline.Passed()) return std::vector<Kevent>();
    if (closed()) return ErrnoStatus(EBADF, absl::StrCat("control fd ", number));
    // The changes have been applied, even if a signal ended the wait.
    changes = {};
  }
}

}  // namespace someos::select
