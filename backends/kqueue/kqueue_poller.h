// The Poller over kqueue(2): FreeBSD, OpenBSD, NetBSD, DragonFly BSD, macOS; Linux over libkqueue.
//
// Deviations from the contract of someos/api/poller.h:
//  - A descriptor that was closed without Unregister is not reported as kInvalid: the kernel
//    forgets it in silence.
//  - kPriority needs EVFILT_EXCEPT with NOTE_OOB (OpenBSD, DragonFly BSD, macOS).
//  - A Modify takes filters out and puts others in. Should the kernel refuse the new ones and then
//    the old ones as well (ENOMEM), the registration stays, but reports nothing until a Modify
//    succeeds; the status says so.
//  - kReadHangup without kReadable is reported once, not by every wait.
//  - A Register that fails with EEXIST may have an edge reported once more: the kernel is asked
//    whether it still has the filter, and FreeBSD's evaluates it anew when asked (kern_event.c,
//    kqueue_register).
//  - A hangup that comes of this process's own shutdown(2), of the last direction that was open, is
//    no event to FreeBSD's kqueue: it is not reported as an edge, nor to kReadHangup alone.
//  - libkqueue takes no eventfds and the like (EINVAL), keeps a duplicate of each descriptor that
//    has both kinds of interest until it is unregistered, and leaves descriptors of its own open
//    to an exec. More of it is in libkqueue_emulation.h.
//
// A kqueue has one filter for reading and one for writing, and reports them apart; this Poller
// joins them. EV_EOF means less than a hangup (it comes with every half-close), so poll(2) is
// asked once about each descriptor that shows it.

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

  // Makes the poller over what `new_queue` makes. EMFILE, ENFILE, ENOMEM from there.
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

  WaitOutcome WaitClaimed(absl::Span<Event> events, base::Deadline deadline);
  // How much of `room` events is kept from the kernel for files that are always ready.
  size_t ReserveForAlwaysReady(size_t room);
  // Fills buffer_ with at most `room` events of the kernel. `deadline` is that of the wait, or
  // null: do not block.
  absl::StatusOr<int> WaitInKernel(size_t room, const base::Deadline* deadline);

  const PollerOptions options_;
  const QueueMaker new_queue_;
  poller_base::WaitCounters counters_;
  poller_base::WakeRequest wake_request_;
  poller_base::SingleWaiter single_waiter_;
  std::vector<struct kevent> buffer_;  // the waiting thread's
  bool always_ready_turn_ = false;     // the waiting thread's
  KqueueRegistrations registrations_;
};

// This backend, for the facade and for those who depend on //backends/kqueue alone.
const Backend& KqueueBackend();

}  // namespace someos

#endif  // SOMEOS_BACKENDS_KQUEUE_KQUEUE_POLLER_H_
