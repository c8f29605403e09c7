#include "someos/backends/kqueue/kqueue_poller.h"

#include <algorithm>
#include <cerrno>
#include <string>
#include <utility>

#include "someos/api/errno_status.h"
#include "someos/backends/base/fork_generation.h"

namespace someos {
namespace {

using base::Deadline;
using base::ForkedError;
using poller_base::SingleWaiter;

#ifdef __linux__
constexpr bool kNestable = false;
#else
constexpr bool kNestable = true;
#endif

// The maximum number of events per kevent(2) call.
constexpr size_t kBufferEvents = 256;

// The maximum number of changes that are made with one kevent(2) call.
constexpr size_t kMaxBatch = 1024;

WaitOutcome NoClock(const Deadline& deadline) {
  return ErrnoStatus(deadline.clock_error(), "wait: clock_gettime");
}

}  // namespace

absl::StatusOr<std::unique_ptr<KqueuePoller>> KqueuePoller::Create(const PollerOptions& options,
                                                                   QueueMaker new_queue) {
  base::WatchForForks();
  absl::StatusOr<KqueueRegistrations::WatchedQueue> watched =
      KqueueRegistrations::CreateWatchedQueue(new_queue);
  if (!watched.ok()) return watched.status();
  return std::unique_ptr<KqueuePoller>(new KqueuePoller(options, new_queue, *std::move(watched)));
}

KqueuePoller::KqueuePoller(const PollerOptions& options, QueueMaker new_queue,
                           KqueueRegistrations::WatchedQueue watched)
    : options_(options),
      new_queue_(new_queue),
      buffer_(kBufferEvents),
      registrations_(std::move(watched)) {}

Capabilities KqueuePoller::capabilities() const {
  Capabilities result;
  result.edge = true;
  result.hangup = true;
  result.errors_alone = true;
  result.nestable = kNestable;
  result.read_hangup = true;
  result.priority = kKqueueHasPriority;
  return result;
}

absl::Status KqueuePoller::DoRegister(int fd, Interest interest, uint64_t data, Trigger trigger) {
  if (registrations_.forked()) return ForkedError("register");
  return registrations_.Register(fd, interest, data, trigger);
}

absl::Status KqueuePoller::DoModify(int fd, Interest interest, uint64_t data, Trigger trigger) {
  if (registrations_.forked()) return ForkedError("modify");
  return registrations_.Modify(fd, interest, data, trigger);
}

absl::Status KqueuePoller::DoUnregister(int fd) {
  if (registrations_.forked()) return ForkedError("unregister");
  return registrations_.Unregister(fd);
}

absl::Status KqueuePoller::DoApply(absl::Span<const Change> changes,
                                   std::vector<FailedChange>* failed) {
  if (registrations_.forked()) return Poller::DoApply(changes, failed);
  BatchFailures failures(failed);
  for (size_t i = 0; i < changes.size();) {
    const KqueueRegistrations::Batch batch =
        registrations_.ApplyBatch(changes.subspan(i, kMaxBatch));
    const size_t end = i + std::max<size_t>(batch.count, 1);
    // If kevent(2) fails, it does not tell which change was the cause, so they are made one by one.
    for (; !batch.applied && i < end; ++i) failures.Add(i, ApplyOne(changes[i]));
    i = end;
  }
  return failures.first();
}

absl::StatusOr<int> KqueuePoller::DoTakeError(int fd) {
  if (registrations_.forked()) return ForkedError("take error");
  return registrations_.TakeError(fd);
}

absl::StatusOr<int> KqueuePoller::DoFd() {
  // libkqueue's descriptor is not readable when the queue has events.
  if (!kNestable) return Poller::DoFd();
  if (registrations_.forked()) return ForkedError("fd");
  return registrations_.NestFd();
}

absl::Status KqueuePoller::DoWake() {
  if (registrations_.forked()) return wake_request_.Refuse();
  return wake_request_.Make(registrations_.wake_channel());
}

WaitOutcome KqueuePoller::DoWait(absl::Span<Event> events, absl::Duration timeout) {
  if (registrations_.forked()) return ForkedError("wait");
  const Deadline deadline(timeout);
  if (deadline.clock_error() != 0) return NoClock(deadline);
  if (!single_waiter_.Claim()) return SingleWaiter::Refusal();
  const SingleWaiter::ScopedRelease release(single_waiter_);
  return WaitClaimed(events, deadline);
}

WaitOutcome KqueuePoller::WaitClaimed(absl::Span<Event> events, Deadline deadline) {
  while (true) {
    const bool some_always_ready = registrations_.some_always_ready();
    const size_t reserved = some_always_ready ? ReserveForAlwaysReady(events.size()) : 0;
    const size_t room = std::min(events.size() - reserved, buffer_.size());
    const absl::StatusOr<int> count = WaitInKernel(room, some_always_ready ? nullptr : &deadline);
    if (!count.ok()) {
      const bool interrupted = ErrnoOf(count.status()) == EINTR;
      if (interrupted) counters_.CountInterrupted();
      if (!interrupted || options_.return_on_signal) return count.status();
    }
    const size_t found = static_cast<size_t>(count.value_or(0));
    bool signalled = false;
    const size_t delivered =
        registrations_.Deliver(absl::MakeConstSpan(buffer_).first(found), events, signalled);
    // If no Wake is pending, the channel was signalled by a change.
    const bool woken = signalled && wake_request_.Take();
    // Events that are not reported took all the room; others may be ready in addition to them.
    const bool crowded_out = delivered == 0 && count.ok() && found == room;
    if (delivered > 0 || woken || (!crowded_out && deadline.Passed())) {
      if (deadline.clock_error() != 0 && delivered == 0 && !woken) return NoClock(deadline);
      counters_.CountWait(delivered, woken);
      return delivered;
    }
    if (found > 0) counters_.CountSpurious();
  }
}

size_t KqueuePoller::ReserveForAlwaysReady(size_t room) {
  // To prevent starvation, each kind gets half of the room; if there is room for one event only,
  // they alternate.
  if (room > 1) return room / 2;
  always_ready_turn_ = !always_ready_turn_;
  return always_ready_turn_ ? 1 : 0;
}

absl::StatusOr<int> KqueuePoller::WaitInKernel(size_t room, const Deadline* deadline) {
  // Fetches no more events than can be reported: a one-shot or an edge would be lost otherwise.
  if (room == 0) return 0;
  timespec timeout = {};
  const timespec* limit = &timeout;
  if (deadline != nullptr && deadline->infinite()) {
    limit = nullptr;
  } else if (deadline != nullptr) {
    timeout = deadline->AsTimespec();
  }
  const int count = registrations_.queue().Wait(buffer_.data(), static_cast<int>(room), limit);
  if (count < 0) return ErrnoStatus(errno, "wait: kevent");
  return count;
}

absl::Status KqueuePoller::DoRebuildAfterFork() {
  if (!registrations_.forked()) return absl::OkStatus();
  absl::Status status = registrations_.Rebuild(new_queue_);
  if (registrations_.forked()) return status;
  wake_request_.Take();
  single_waiter_.Release();
  return status;
}

namespace {

absl::StatusOr<std::unique_ptr<Poller>> CreateKqueuePoller(const PollerOptions& options) {
  return KqueuePoller::Create(options);
}

std::string KqueueLimits() { return "descriptors up to RLIMIT_NOFILE"; }

#ifdef __linux__
constexpr absl::string_view kImplementation = "kqueue over libkqueue";
#else
constexpr absl::string_view kImplementation = "kqueue(2)";
#endif

constexpr Backend kKqueueBackend = {"kqueue", kImplementation, CreateKqueuePoller, KqueueLimits};

}  // namespace

const Backend& KqueueBackend() { return kKqueueBackend; }

}  // namespace someos
