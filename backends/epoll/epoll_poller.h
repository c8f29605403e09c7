// The Poller over Linux's epoll(7).
//
// Deviations from the contract of someos/api/poller.h:
//  - A descriptor that was closed without Unregister is not reported as kInvalid: the kernel
//    removes it without notice, unless a duplicate keeps the file open; then its events continue.
//    Once the number is unregistered or registered again, such events are stale: the poller drops
//    them and replaces its kernel object (two epoll_ctl calls per registration), because epoll has
//    no way to remove them. Until then it holds one descriptor more, so that it can do so when the
//    process has no more. If a number that was registered again later names that old file once
//    more, it still counts as registered: the kernel has both files under that number and does not
//    tell which one the poller means.
//  - What Linux tells only once (see point 7 of the contract) is lost if Register or Modify is
//    called after it has happened and before a Wait reports it: epoll_ctl(2) asks the file, as a
//    wait does, and keeps no answer (findings/linux_epoll_ctl_asks.sh). So does replacing the
//    kernel object, above. A one-shot that is re-armed by Modify misses what happened since it
//    fired. Read the file after each Modify.
//  - RebuildAfterFork asks the parent's kernel object which file it has under a number, so it does
//    not notice another file if the parent's file has left that object: because the parent has
//    unregistered it since, or because every process has closed it. Nor does it without procfs,
//    and, where kcmp(2) is denied, if both files are of a kind without an inode, such as eventfds.
//    Then it registers the file that the number names now. In a further descendant of the process
//    that made the poller, and where the parent has ended, all of this needs procfs.
//  - Timeouts have a resolution of a nanosecond since Linux 5.11 (epoll_pwait2), before that of a
//    millisecond; this is determined at run time. So it is in a sandbox that refuses epoll_pwait2.
//  - A wait with a timeout cannot be cancelled (pthread_cancel) where the C library has no
//    epoll_pwait2(); glibc has it since 2.35.

#ifndef SOMEOS_BACKENDS_EPOLL_EPOLL_POLLER_H_
#define SOMEOS_BACKENDS_EPOLL_EPOLL_POLLER_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "absl/base/attributes.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "someos/api/backend.h"
#include "someos/api/poller.h"
#include "someos/backends/base/deadline.h"
#include "someos/backends/epoll/epoll_delivery.h"
#include "someos/backends/epoll/epoll_registrations.h"
#include "someos/backends/epoll/epoll_set.h"
#include "someos/backends/epoll/epoll_system.h"
#include "someos/backends/epoll/epoll_waiter.h"
#include "someos/backends/poller_base/look_back_off.h"
#include "someos/backends/poller_base/single_waiter.h"
#include "someos/backends/poller_base/wait_counters.h"
#include "someos/backends/poller_base/wake_channel.h"
#include "someos/backends/poller_base/wake_request.h"

namespace someos {

class EpollPoller final : public Poller {
 public:
  // Linux older than 2.6.27, or a sandbox that denies epoll: kUnimplemented with ENOSYS. EMFILE,
  // ENFILE, ENOMEM from epoll_create1(2) and eventfd(2). `system` must outlive the poller.
  static absl::StatusOr<std::unique_ptr<EpollPoller>> Create(
      const PollerOptions& options, const EpollSystem& system = RealEpollSystem());

  absl::string_view name() const override { return "epoll"; }
  Capabilities capabilities() const override;
  std::vector<Registration> registrations() const override { return registrations_.List(); }
  Counters counters() const override { return counters_.Read(); }

 private:
  // The result of one system call.
  struct Call {
    EpollDelivery::Result events;
    int error = 0;  // errno, if it failed
    // Events that are not reported took all the room; others may be ready in addition to them.
    bool crowded_out = false;
  };

  EpollPoller(const PollerOptions& options, const EpollSystem& system, EpollSet set,
              poller_base::WakeChannel wake_channel);

  absl::Status DoRegister(int fd, Interest interest, uint64_t data, Trigger trigger) override;
  absl::Status DoModify(int fd, Interest interest, uint64_t data, Trigger trigger) override;
  absl::Status DoUnregister(int fd) override;
  WaitOutcome DoWait(absl::Span<Event> events, absl::Duration timeout) override;
  WaitOutcome DoWaitForever(absl::Span<Event> events) override;
  WaitOutcome DoLook(absl::Span<Event> events) override;
  absl::Status DoWake() override;
  absl::Status DoRebuildAfterFork() override;
  absl::StatusOr<int> DoTakeError(int fd) override;
  absl::StatusOr<int> DoFd() override;

  // A diagram of a wait is in epoll_poller.cc.
  enum class First { kBlock, kLook, kLookThenSleep };
  template <First kFirst>
  WaitOutcome WaitFast(absl::Span<Event> events, absl::Duration timeout);
  ABSL_ATTRIBUTE_NOINLINE WaitOutcome LeaveFastPath(Event* begin, int count,
                                                    absl::Duration timeout);
  ABSL_ATTRIBUTE_NOINLINE WaitOutcome WaitInSteps(absl::Span<Event> events, absl::Duration timeout);
  ABSL_ATTRIBUTE_NOINLINE WaitOutcome WaitClaimed(absl::Span<Event> events, absl::Duration timeout);
  WaitOutcome WaitSlow(absl::Span<Event> events, base::Deadline deadline, Call call);
  Call CallKernel(absl::Span<Event> events, base::Deadline deadline);
  Call CallWithAlwaysReady(absl::Span<Event> events);
  Call Finish(absl::Span<Event> events, int count);

  bool Claim() { return single_waiter_.Claim(options_.externally_synchronized); }
  WaitOutcome Return(size_t delivered);

  const PollerOptions options_;
  poller_base::WaitCounters counters_;
  int (*const wait_)(int epoll_fd, epoll_event* events, int max_events, int milliseconds);
  EpollWaiter waiter_;
  poller_base::WakeRequest wake_request_;
  poller_base::SingleWaiter single_waiter_;
  // The size of the running wait's span; used only by the waiting thread. It is stored here because
  // most waits do not need it after the system call: a local variable would occupy a register that
  // has to be saved and restored.
  size_t room_ = 0;
  poller_base::LookBackOff looks_;  // used only by the waiting thread
  bool always_ready_turn_ = false;  // the same
  EpollRegistrations registrations_;
  EpollDelivery delivery_{registrations_, wake_request_};
};

// This backend, for the facade and for users who depend on //backends/epoll directly.
const Backend& EpollBackend();

}  // namespace someos

#endif  // SOMEOS_BACKENDS_EPOLL_EPOLL_POLLER_H_
