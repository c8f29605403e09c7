// The Poller over kqueue(2): FreeBSD, OpenBSD, NetBSD, DragonFly BSD, macOS; Linux over libkqueue.
//
// Deviations from the contract of someos/api/poller.h:
//  - A descriptor that was closed without Unregister is not reported as kInvalid: the kernel
//    removes it without notice.
//  - kPriority needs EVFILT_EXCEPT with NOTE_OOB (OpenBSD, DragonFly BSD, macOS).
//  - Modify removes filters and adds others. If the kernel refuses the new ones and then the old
//    ones as well (ENOMEM), the registration remains, but reports nothing until a Modify succeeds;
//    the message of the status says so.
//  - kReadHangup without kReadable is reported once, not by every wait.
//  - A Register that fails with EEXIST may cause an edge to be reported once more: the poller asks
//    the kernel whether it still has the filter, and FreeBSD then evaluates the filter again
//    (kern_event.c, kqueue_register).
//  - If this process itself shuts down the last open direction of a socket with shutdown(2),
//    FreeBSD's kqueue has no event for the hang-up: it is not reported to an edge-triggered
//    registration, nor to an interest of kReadHangup alone.
//  - libkqueue does not accept eventfds and the like (EINVAL), keeps a duplicate of each
//    descriptor that is watched for reading and writing until it is unregistered, and its own
//    descriptors stay open across exec. More is in libkqueue_emulation.h.
//
// A kqueue has one filter for reading and one for writing, and reports them separately; this Poller
// combines them. EV_EOF does not mean a hang-up (every half-close sets it), so for each descriptor
// with EV_EOF the Poller calls poll(2) once.

#ifndef SOMEOS_BACKENDS_KQUEUE_KQUEUE_POLLER_H_
#define SOMEOS_BACKENDS_KQUEUE_KQUEUE_POLLER_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "someos/api/backend.h"
#include "someos/api/poller.h"
#include "someos/backends/base/deadline.h"
#include "someos/backends/kqueue/kernel_queue.h"
#include "someos/backends/kqueue/kqueue_registrations.h"
#include "someos/backends/poller_base/single_waiter.h"
#include "someos/backends/poller_base/wait_counters.h"
#include "someos/backends/poller_base/wake_request.h"

namespace someos {

class KqueuePoller final : public Poller {
 public:
  using QueueMaker = KqueueRegistrations::QueueMaker;

  // Creates a poller over a queue from `new_queue`. EMFILE, ENFILE, ENOMEM: from `new_queue`.
  static absl::StatusOr<std::unique_ptr<KqueuePoller>> Create(
      const PollerOptions& options, QueueMaker new_queue = NewKernelQueue);

  absl::string_view name() const override { return "kqueue"; }
  Capabilities capabilities() const override;
  std::vector<Registration> registrations() const override { return registrations_.List(); }
  Counters counters() const override { return counters_.Read(); }

 private:
  KqueuePoller(const PollerOptions& options, QueueMaker new_queue,
               KqueueRegistrations::WatchedQueue watched);

  absl::Status DoRegister(int fd, Interest interest, uint64_t data, Trigger trigger) override;
  absl::Status DoModify(int fd, Interest interest, uint64_t data, Trigger trigger) override;
  absl::Status DoUnregister(int fd) override;
  absl::Status DoApply(absl::Span<const Change> changes,
                       std::vector<FailedChange>* failed) override;
  WaitOutcome DoWait(absl::Span<Event> events, absl::Duration timeout) override;
  absl::Status DoWake() override;
  absl::Status DoRebuildAfterFork() override;
  absl::StatusOr<int> DoTakeError(int fd) override;
  absl::StatusOr<int> DoFd() override;

  WaitOutcome WaitClaimed(absl::Span<Event> events, base::Deadline deadline);
  // How many of `room` events are reserved for files that are always ready.
  size_t ReserveForAlwaysReady(size_t room);
  // Fills buffer_ with at most `room` events of the kernel. Does not block if `deadline` is null.
  absl::StatusOr<int> WaitInKernel(size_t room, const base::Deadline* deadline);

  const PollerOptions options_;
  const QueueMaker new_queue_;
  poller_base::WaitCounters counters_;
  poller_base::WakeRequest wake_request_;
  poller_base::SingleWaiter single_waiter_;
  std::vector<struct kevent> buffer_;  // used only by the waiting thread
  bool always_ready_turn_ = false;     // used only by the waiting thread
  KqueueRegistrations registrations_;
};

// This backend, for the facade and for users who depend on //backends/kqueue directly.
const Backend& KqueueBackend();

}  // namespace someos

#endif  // SOMEOS_BACKENDS_KQUEUE_KQUEUE_POLLER_H_
