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
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "absl/base/attributes.h"
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
#include "someos/backends/base/fork_guard.h"
#include "someos/backends/base/owned_fd.h"
#include "someos/backends/base/wait_counters.h"
#include "someos/backends/base/wake_channel.h"
#include "someos/backends/epoll/epoll_system.h"
#include "someos/backends/epoll/epoll_waiter.h"

namespace someos {

class EpollPoller final : public Poller {
 public:
  // Linux older than 2.6.27, or a sandbox that denies epoll: kUnimplemented with ENOSYS. EMFILE,
  // ENFILE, ENOMEM from epoll_create1(2) and eventfd(2). `system` must outlive the poller.
  static absl::StatusOr<std::unique_ptr<EpollPoller>> Create(
      const PollerOptions& options, const EpollSystem& system = RealEpollSystem());

  absl::string_view name() const override { return "epoll"; }
  Capabilities capabilities() const override;
  std::vector<Registration> registrations() const override;
  Counters counters() const override { return counters_.Read(); }

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

    // Packed: the generation, then interest and trigger, then these.
    static constexpr uint64_t kRegistered = uint64_t{1} << 48;
    static constexpr uint64_t kFired = uint64_t{1} << 49;
    static constexpr uint64_t kAlwaysReady = uint64_t{1} << 50;
    static constexpr uint64_t kGone = uint64_t{1} << 51;

    static uint64_t PackInterest(Interest interest, Trigger trigger) {
      return static_cast<uint64_t>(interest) << 32 | static_cast<uint64_t>(trigger) << 40;
    }
    static State Unpack(uint64_t packed);
    uint64_t Pack() const;
    bool reportable() const { return !fired && interest != Interest::kNone; }
    // Whether an event of this registration is reported as it comes, without a second thought;
    // and whether that of a new one with this interest and trigger is.
    bool plain() const {
      return registered && !fired && !always_ready && !gone && IsPlain(interest, trigger);
    }
    static bool IsPlain(Interest interest, Trigger trigger) {
      return interest != Interest::kNone && trigger != Trigger::kOneShot;
    }
    // What epoll_event.data holds for this registration of `fd`; and for that of a packed state.
    uint64_t Tag(int fd) const { return Tag(fd, generation); }
    static uint64_t Tag(int fd, uint64_t packed) {
      return packed << 32 | static_cast<uint32_t>(fd);
    }
  };

  // No registration's tag: no descriptor has this number.
  static constexpr uint64_t kNoTag = UINT64_MAX;

  // One slot of the table. Written under mutex_, read by the waiting thread without it; the waiter
  // writes one thing itself, that a one-shot has fired.
  //
  // An entry is written before the kernel can report under its tag, so a waiter that has an event
  // with that tag reads the data that belong to it, or later ones.
  struct Entry {
    std::atomic<uint64_t> plain_tag{kNoTag};  // the tag if the state is plain()
    std::atomic<uint64_t> data{0};
    std::atomic<uint64_t> state{0};

    State Load() const { return State::Unpack(state.load(std::memory_order_relaxed)); }
    // Replaces all, so that a reader never takes the data of one registration for another's.
    void Store(int fd, const State& new_state, uint64_t new_data);
    // The same of a packed state, of which the caller says whether it is plain().
    void StorePacked(int fd, uint64_t new_state, bool plain, uint64_t new_data);
    // Keeps the generation, so that events of what was here remain recognisable.
    void Forget();
  };

  // What became of one event of the kernel.
  enum class Translation { kDelivered, kDropped, kStale, kWoken };

  // What one system call brought: epoll_events, which the kernel packs on some architectures, or
  // -1 for an error.
  struct RawEvents {
    const unsigned char* begin;
    int count;

    const unsigned char* operator[](size_t i) const { return begin + i * sizeof(epoll_event); }
  };

  // What became of them.
  struct Batch {
    size_t delivered = 0;
    int error = 0;  // errno, if it failed
    bool woken = false;
    bool stale = false;  // events of registrations that are no more
    // All room went to events that nobody is to hear of; others may be ready behind them.
    bool crowded_out = false;
  };

  EpollPoller(const PollerOptions& options, const EpollSystem& system, base::OwnedFd epoll_fd,
              base::WakeChannel wake_channel);

  absl::Status DoRegister(int fd, Interest interest, uint64_t data, Trigger trigger) override;
  absl::Status DoModify(int fd, Interest interest, uint64_t data, Trigger trigger) override;
  absl::Status DoUnregister(int fd) override;
  absl::StatusOr<size_t> DoWait(absl::Span<Event> events, absl::Duration timeout) override;
  absl::Status DoWake() override;
  absl::Status DoRebuildAfterFork() override;
  absl::StatusOr<int> DoTakeError(int fd) override;

  // Creates an epoll object that watches `wake_channel`, for `operation`.
  static absl::StatusOr<base::OwnedFd> CreateKernelSet(absl::string_view operation,
                                                       const EpollSystem& system,
                                                       const base::WakeChannel& wake_channel);
  // Forgets the registrations whose descriptors are closed; returns them, each with its errno.
  std::vector<std::pair<int, int>> ForgetClosed() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // epoll_ctl(2) with what the state asks for; and with its parts, for those who have no State.
  int Control(const base::OwnedFd& epoll_fd, int operation, int fd, const State& state) const;
  int Tell(const base::OwnedFd& epoll_fd, int operation, int fd, Interest interest, Trigger trigger,
           uint64_t tag) const;
  // The ways of Register and Modify that are out of the ordinary: of a number that is registered;
  // after `error`; of a file that epoll refuses, or a number that is not registered.
  ABSL_ATTRIBUTE_NOINLINE absl::Status RegisterAgain(int fd, Interest interest, uint64_t data,
                                                     Trigger trigger)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  ABSL_ATTRIBUTE_NOINLINE absl::Status RegisterOddly(int fd, State state, uint64_t data, int error)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  ABSL_ATTRIBUTE_NOINLINE absl::Status ModifyAlwaysReady(int fd, Interest interest, uint64_t data,
                                                         Trigger trigger)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status RegisterAlwaysReady(int fd, State state, uint64_t data)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void SetAlwaysReadyActive(int fd, bool active) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  // Makes the system call: call(epoll_event* into, int room).
  template <typename Call>
  RawEvents WaitInKernel(absl::Span<Event> events, Call call);
  // Fills `event` from the kernel's `raw` one if nothing about it needs a second thought.
  static bool TakePlain(base::FdTable<Entry>::View entries, const unsigned char* raw, Event& event);
  // The same up to the first that needs one; returns how many that are.
  size_t TakeAllPlain(RawEvents raw, Event* events);
  // Translates all but the `taken` first, which are in `events` already.
  Batch TakeRest(RawEvents raw, size_t taken, absl::Span<Event> events);
  Translation Translate(const epoll_event& raw, Event& event);
  Translation TranslateUnsettled(const epoll_event& raw, Event& event);
  // A wait that ends, as most do, with what its first call brings, and goes on otherwise.
  template <typename Call, typename MakeDeadline>
  absl::StatusOr<size_t> WaitFirst(absl::Span<Event> events, Call call, MakeDeadline make_deadline);
  ABSL_ATTRIBUTE_NOINLINE absl::StatusOr<size_t> WaitUntil(absl::Span<Event> events,
                                                           base::Deadline deadline);
  Batch WaitOnce(absl::Span<Event> events, base::Deadline deadline);
  Batch WaitWithAlwaysReady(absl::Span<Event> events);
  // Goes on after a first call that brought nothing: `count` is what it returned.
  ABSL_ATTRIBUTE_NOINLINE absl::StatusOr<size_t> WaitOnAfter(int count, absl::Span<Event> events,
                                                             base::Deadline deadline);
  // Goes on after a first call that brought not just events, or nothing that ends a wait.
  ABSL_ATTRIBUTE_NOINLINE absl::StatusOr<size_t> WaitOn(absl::Span<Event> events,
                                                        base::Deadline deadline, Batch batch);
  absl::StatusOr<size_t> WaitForMore(absl::Span<Event> events, base::Deadline deadline,
                                     Batch batch);
  size_t TakeAlwaysReady(absl::Span<Event> events);
  // Replaces the kernel object by a new one with the registrations that still stand. If that fails,
  // the old one stays.
  absl::Status DropStaleRegistrations();

  bool forked() const { return fork_generation_ != base::ForkGeneration(); }

  const PollerOptions options_;
  base::WaitCounters counters_;
  const EpollSystem& system_;
  EpollWaiter waiter_;
  base::OwnedFd epoll_fd_;  // replaced under mutex_, and by the waiting thread alone
  base::WakeChannel wake_channel_;
  std::atomic<bool> wake_pending_{false};
  std::atomic<bool> waiting_{false};
  std::atomic<size_t> always_ready_active_{0};
  uint32_t fork_generation_;

  // Serialises changes. The wait path takes it only when something odd has happened.
  mutable absl::Mutex mutex_;
  const base::ForkGuard fork_guard_{mutex_};
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
