// The Poller over Linux's epoll(7).
//
// Deviations from the contract of someos/api/poller.h:
//  - A descriptor that was closed without Unregister is not reported as kInvalid: the kernel
//    forgets it in silence, unless a duplicate keeps the file open; then its events go on. Once
//    the number is unregistered or registered anew, the poller drops these events and replaces
//    its kernel object (one epoll_ctl per registration), because epoll has no way to remove them.
//  - Timeouts have a nanosecond's resolution from Linux 5.11 on (epoll_pwait2), a millisecond's
//    before; which one it is, is found out at run time.

#ifndef SOMEOS_BACKENDS_EPOLL_EPOLL_POLLER_H_
#define SOMEOS_BACKENDS_EPOLL_EPOLL_POLLER_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "someos/api/backend.h"
#include "someos/api/poller.h"
#include "someos/backends/base/always_ready.h"
#include "someos/backends/base/deadline.h"
#include "someos/backends/base/fd_table.h"
#include "someos/backends/base/fork_generation.h"
#include "someos/backends/base/owned_fd.h"
#include "someos/backends/base/wake_channel.h"
#include "someos/backends/epoll/epoll_system.h"

namespace someos {

class EpollPoller final : public Poller {
 public:
  // Linux older than 2.6.27, or a sandbox that denies epoll: kUnimplemented with ENOSYS. EMFILE,
  // ENFILE, ENOMEM from epoll_create1(2) and eventfd(2). `system` must outlive the poller.
  static absl::StatusOr<std::unique_ptr<EpollPoller>> Create(
      const PollerOptions& options, const EpollSystem& system = RealEpollSystem());

  absl::string_view name() const override { return "epoll"; }
  Capabilities capabilities() const override;

 private:
  // What the poller knows about a descriptor, packed into one word of its Entry.
  struct State {
    // Counts the registrations that this number has had. It travels through the kernel with each
    // event, so that an event of an earlier registration is recognised.
    uint32_t generation = 0;
    Interest interest = Interest::kNone;
    Trigger trigger = Trigger::kLevel;
    bool registered = false;
    bool fired = false;         // a one-shot that has been reported
    bool always_ready = false;  // a file that epoll refuses because it never blocks
    bool gone = false;          // closed without Unregister, and found out

    static State Unpack(uint64_t packed);
    uint64_t Pack() const;
    bool reportable() const { return !fired && interest != Interest::kNone; }
  };

  // One slot of the table. Written under mutex_, read by the waiting thread without it; the waiter
  // writes one thing itself, that a one-shot has fired.
  struct Entry {
    std::atomic<uint64_t> state{0};
    std::atomic<uint64_t> data{0};

    State Load() const { return State::Unpack(state.load(std::memory_order_relaxed)); }
    // Replaces both, so that a reader never takes the data of one registration for another's.
    void Store(const State& new_state, uint64_t new_data);
    // Keeps the generation, so that events of what was here remain recognisable.
    void Forget();
  };

  // What became of one event of the kernel.
  enum class Translation { kDelivered, kDropped, kStale };

  // What one call into the kernel brought.
  struct Batch {
    size_t delivered = 0;
    bool woken = false;
    bool stale = false;  // events of registrations that are no more
  };

  EpollPoller(const PollerOptions& options, const EpollSystem& system, base::OwnedFd epoll_fd,
              base::WakeChannel wake_channel);

  absl::Status DoRegister(int fd, Interest interest, uint64_t data, Trigger trigger) override;
  absl::Status DoModify(int fd, Interest interest, uint64_t data, Trigger trigger) override;
  absl::Status DoUnregister(int fd) override;
  absl::StatusOr<size_t> DoWait(absl::Span<Event> events, absl::Duration timeout) override;
  absl::Status DoWake() override;
  absl::Status DoRebuildAfterFork() override;

  // Creates an epoll object that watches `wake_channel`.
  static absl::StatusOr<base::OwnedFd> CreateKernelSet(const EpollSystem& system,
                                                       const base::WakeChannel& wake_channel);
  // Forgets the registrations whose descriptors are closed; returns them, each with its errno.
  std::vector<std::pair<int, int>> ForgetClosed() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  int Control(const base::OwnedFd& epoll_fd, int operation, int fd, const State& state) const;
  absl::Status RegisterAlwaysReady(int fd, State state, uint64_t data)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void SetAlwaysReadyActive(int fd, bool active) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  absl::StatusOr<size_t> WaitUntil(absl::Span<Event> events, base::Deadline& deadline);
  absl::StatusOr<Batch> WaitOnce(absl::Span<Event> events, const base::Deadline& deadline);
  absl::StatusOr<Batch> WaitOnceWithAlwaysReady(absl::Span<Event> events);
  int WaitInKernel(epoll_event* events, int max_events, const base::Deadline& deadline);
  Translation Translate(const epoll_event& raw, Event& event);
  Translation TranslateUnsettled(const epoll_event& raw, Event& event);
  size_t TakeAlwaysReady(absl::Span<Event> events);
  // Replaces the kernel object by a new one with the registrations that still stand.
  absl::Status DropStaleRegistrations();

  bool forked() const { return fork_generation_ != base::ForkGeneration(); }

  const PollerOptions options_;
  const EpollSystem& system_;
  base::OwnedFd epoll_fd_;  // replaced under mutex_, and by the waiting thread alone
  base::WakeChannel wake_channel_;
  std::atomic<bool> wake_pending_{false};
  std::atomic<bool> waiting_{false};
  std::atomic<bool> precise_{true};  // until the kernel turns out not to have epoll_pwait2
  std::atomic<size_t> always_ready_active_{0};
  uint32_t fork_generation_;

  // Serialises changes. The wait path takes it only when something odd has happened.
  absl::Mutex mutex_;
  base::FdTable<Entry> table_;
  base::AlwaysReady always_ready_ ABSL_GUARDED_BY(mutex_);
  // A descriptor was closed before it was unregistered, so the kernel may still report it.
  bool stale_suspected_ ABSL_GUARDED_BY(mutex_) = false;
  bool always_ready_turn_ = false;  // the waiting thread's
};

// This backend, for the facade and for those who depend on //backends/epoll alone.
const Backend& EpollBackend();

}  // namespace someos

#endif  // SOMEOS_BACKENDS_EPOLL_EPOLL_POLLER_H_
