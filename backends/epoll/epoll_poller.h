// The Poller over Linux's epoll(7).
//
// Deviations from the contract of someos/api/poller.h:
//  - A descriptor that was closed without Unregister is not reported as kInvalid: the kernel
//    forgets it in silence, unless a duplicate keeps the file open; then its events go on. Once
//    the number is unregistered or registered anew, the poller drops these events and replaces
//    its kernel object (one epoll_ctl per registration), because epoll has no way to remove them.
//    A number that was registered anew, and then comes to name that old file again, passes for
//    registered: the kernel does not tell which of the two the poller means.
//  - Timeouts have a nanosecond's resolution from Linux 5.11 on (epoll_pwait2), a millisecond's
//    before; which one it is, is found out at run time.

#ifndef SOMEOS_BACKENDS_EPOLL_EPOLL_POLLER_H_
#define SOMEOS_BACKENDS_EPOLL_EPOLL_POLLER_H_

#include <atomic>
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
#include "someos/backends/base/single_threaded.h"
#include "someos/backends/epoll/epoll_registrations.h"
#include "someos/backends/epoll/epoll_set.h"
#include "someos/backends/epoll/epoll_system.h"
#include "someos/backends/epoll/epoll_waiter.h"
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
  // What became of one event of the kernel.
  enum class Translation { kDelivered, kDropped, kStale, kWoken };

  // What became of those of one system call.
  struct Batch {
    size_t delivered = 0;
    int error = 0;  // errno, if it failed
    bool woken = false;
    bool stale = false;  // events of registrations that are no more
    // All room went to events that nobody is to hear of; others may be ready behind them.
    bool crowded_out = false;
  };

  EpollPoller(const PollerOptions& options, const EpollSystem& system, EpollSet set,
              poller_base::WakeChannel wake_channel);

  absl::Status DoRegister(int fd, Interest interest, uint64_t data, Trigger trigger) override;
  absl::Status DoModify(int fd, Interest interest, uint64_t data, Trigger trigger) override;
  absl::Status DoUnregister(int fd) override;
  absl::StatusOr<size_t> DoWait(absl::Span<Event> events, absl::Duration timeout) override;
  WaitOutcome DoWaitForever(absl::Span<Event> events) override;
  WaitOutcome DoLook(absl::Span<Event> events) override;
  absl::Status DoWake() override;
  absl::Status DoRebuildAfterFork() override;
  absl::StatusOr<int> DoTakeError(int fd) override;

  // The room for the kernel's events at the beginning of `events`, and the one of them, which the
  // kernel packs on some architectures, that a call has put at `i`.
  static epoll_event* RawBegin(absl::Span<Event> events);
  static const unsigned char* Raw(absl::Span<Event> events, size_t i);
  // Fills `event` from the kernel's `raw` one if nothing about it needs a second thought. They may
  // overlap.
  static bool TakePlain(EpollRegistrations::View entries, const unsigned char* raw, Event& event);
  // The same of `count` events, in place, from the last one on up to one that needs one; returns
  // how many are left.
  size_t TakeAllPlain(absl::Span<Event> events, size_t count);
  // Translates those that are `left` of `count`, and closes the gaps of those that are dropped.
  Batch TakeRest(absl::Span<Event> events, size_t count, size_t left);
  Translation Translate(const epoll_event& raw, Event& event);

  // Whether the calling thread is the one that waits.
  bool Claim() { return base::Claim(waiting_, options_.externally_synchronized); }
  WaitOutcome Return(size_t delivered);
  // epoll_wait(2)'s timeouts that need no clock.
  static constexpr int kLook = 0;
  static constexpr int kForever = -1;
  // A wait that ends, as most do, with what its first call brings; and what is left of it if that
  // is not just one event.
  template <int kTimeout>
  WaitOutcome WaitUntimed(absl::Span<Event> events);
  template <int kTimeout>
  ABSL_ATTRIBUTE_NOINLINE WaitOutcome TakeFirst(Event* begin, int count);
  WaitOutcome TakeFirstUntil(absl::Span<Event> events, int count, base::Deadline deadline);
  ABSL_ATTRIBUTE_NOINLINE WaitOutcome WaitOddly(absl::Span<Event> events, absl::Duration timeout);
  ABSL_ATTRIBUTE_NOINLINE static WaitOutcome RefuseSecondWait();
  Batch WaitOnce(absl::Span<Event> events, base::Deadline deadline);
  Batch WaitWithAlwaysReady(absl::Span<Event> events);
  // Goes on after a first call that brought not just events, or nothing that ends a wait.
  ABSL_ATTRIBUTE_NOINLINE WaitOutcome WaitOn(absl::Span<Event> events, base::Deadline deadline,
                                             Batch batch);
  absl::StatusOr<size_t> WaitForMore(absl::Span<Event> events, base::Deadline deadline,
                                     Batch batch);

  const PollerOptions options_;
  poller_base::WaitCounters counters_;
  int (*const wait_)(int epoll_fd, epoll_event* events, int max_events, int milliseconds);
  EpollWaiter waiter_;
  poller_base::WakeRequest wake_request_;
  std::atomic<bool> waiting_{false};
  // Of the running wait's span; the waiting thread's. Kept here and not in a register that has to
  // be saved and restored, because most waits do not ask for it again.
  size_t room_ = 0;
  bool always_ready_turn_ = false;  // the waiting thread's
  EpollRegistrations registrations_;
};

// This backend, for the facade and for those who depend on //backends/epoll alone.
const Backend& EpollBackend();

}  // namespace someos

#endif  // SOMEOS_BACKENDS_EPOLL_EPOLL_POLLER_H_
