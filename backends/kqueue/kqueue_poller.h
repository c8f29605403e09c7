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
//    no event to FreeBSD's kqueue: an edge, or kReadHangup alone, does not hear of it.
//  - libkqueue takes no eventfds and the like (EINVAL), keeps a duplicate of each descriptor that
//    has both kinds of interest until it is unregistered, and leaves descriptors of its own open
//    to an exec. More of it is in libkqueue_emulation.h.
//
// A kqueue has one filter for reading and one for writing, and reports them apart; this Poller
// joins them. EV_EOF means less than a hangup (it comes with every half-close), so poll(2) is
// asked once about each descriptor that shows it.

#ifndef SOMEOS_BACKENDS_KQUEUE_KQUEUE_POLLER_H_
#define SOMEOS_BACKENDS_KQUEUE_KQUEUE_POLLER_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/inlined_vector.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "someos/api/backend.h"
#include "someos/api/poller.h"
#include "someos/backends/base/deadline.h"
#include "someos/backends/base/fork_generation.h"
#include "someos/backends/base/fork_guard.h"
#include "someos/backends/kqueue/kernel_queue.h"
#include "someos/backends/poller_base/always_ready.h"
#include "someos/backends/poller_base/file_identity.h"
#include "someos/backends/poller_base/wait_counters.h"
#include "someos/backends/poller_base/wake_channel.h"
#include "someos/backends/poller_base/wake_request.h"

namespace someos {

class KqueuePoller final : public Poller {
 public:
  using QueueMaker = absl::StatusOr<std::unique_ptr<KernelQueue>> (*)();

  // Makes the poller over what `new_queue` makes. EMFILE, ENFILE, ENOMEM from there.
  static absl::StatusOr<std::unique_ptr<KqueuePoller>> Create(
      const PollerOptions& options, QueueMaker new_queue = NewKernelQueue);

  absl::string_view name() const override { return "kqueue"; }
  Capabilities capabilities() const override;
  std::vector<Registration> registrations() const override;
  Counters counters() const override { return counters_.Read(); }

 private:
  // The filters that a registration may have in the kernel, as bits.
  enum Filters : uint8_t { kNoFilter = 0, kReadFilter = 1, kWriteFilter = 2, kExceptFilter = 4 };
  static constexpr Filters kAllFilters[] = {kReadFilter, kWriteFilter, kExceptFilter};
  // What one kevent(2) is to do about a descriptor: each filter out, and each in.
  using FilterChanges = absl::InlinedVector<struct kevent, 6>;

  struct Entry {
    uint64_t data = 0;
    uint32_t identity = 0;
    // Counts the registrations that this number has had; the kernel returns it with each event, so
    // that an event of an earlier registration is recognised.
    uint32_t generation = 0;
    // Where in the running wait's events this descriptor is, if it is there.
    uint32_t slot = 0;
    Interest interest = Interest::kNone;
    Trigger trigger = Trigger::kLevel;
    uint8_t filters = kNoFilter;  // what the kernel has
    bool registered = false;
    bool fired = false;                    // a one-shot that has been reported
    bool always_ready = false;             // a file whose readiness the kernel does not queue
    bool reader_close_suppressed = false;  // the read filter must tell that the reader is lost
    bool no_priority = false;              // the file has no such filter, and no such data
  };

  // A queue that watches a wake channel.
  struct WatchedQueue {
    poller_base::WakeChannel wake_channel;
    std::unique_ptr<KernelQueue> queue;
  };

  KqueuePoller(const PollerOptions& options, QueueMaker new_queue, WatchedQueue watched);

  absl::Status DoRegister(int fd, Interest interest, uint64_t data, Trigger trigger) override;
  absl::Status DoModify(int fd, Interest interest, uint64_t data, Trigger trigger) override;
  absl::Status DoUnregister(int fd) override;
  absl::Status DoApply(absl::Span<const Change> changes,
                       std::vector<FailedChange>* failed) override;
  absl::StatusOr<size_t> DoWait(absl::Span<Event> events, absl::Duration timeout) override;
  WaitOutcome DoWaitForever(absl::Span<Event> events) override;
  WaitOutcome DoLook(absl::Span<Event> events) override;
  absl::Status DoWake() override;
  absl::Status DoRebuildAfterFork() override;
  absl::StatusOr<int> DoTakeError(int fd) override;

  static absl::Status CheckSupported(absl::string_view operation, int fd, Interest interest);
  static absl::StatusOr<WatchedQueue> CreateWatchedQueue(QueueMaker new_queue);
  Entry* FindRegistered(int fd) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Makes the table's entry of `fd` one of a new registration, without filters as yet.
  Entry& NewEntry(int fd, Interest interest, uint64_t data, Trigger trigger,
                  const poller_base::FileIdentity& identity) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  // Some first changes of a batch that one kevent(2) can make; whether it has made them, all or
  // none.
  struct Together {
    size_t count = 0;
    bool made = false;
  };
  Together ApplyTogether(absl::Span<const Change> changes);
  Together RegisterTogether(absl::Span<const Change> changes);
  Together UnregisterTogether(absl::Span<const Change> changes);
  // 0 if the kernel still knows the registered file under this number, else an errno: ENOENT or
  // EBADF if it does not.
  int AskKernel(int fd, const Entry& entry) const;
  // Makes the kernel's filters, or the list of always-ready files, what the entry wants. Returns 0
  // or an errno; the kernel has no filter then.
  int Arm(int fd, Entry& entry, const poller_base::FileIdentity& identity)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Disarm(int fd, Entry& entry) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Makes every wait ask poll(2) about the registered file, which is `identity`.
  void AddAlwaysReady(int fd, Entry& entry, const poller_base::FileIdentity& identity)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // The same in place of filters that will not fire again, unless the file was closed.
  void KeepReporting(int fd, Entry& entry) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Takes a filter out of the kernel that reports what is not registered.
  void DropStray(const struct kevent& event);
  void ForgetAlwaysReady(int fd, Entry& entry) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  // What the entry's interest and trigger ask for, of this file; and the changes of its filters.
  static uint8_t WantedFilters(int fd, Entry& entry);
  static uint8_t WantedFilters(const Entry& entry);
  static struct kevent FilterChange(int fd, const Entry& entry, Filters filter, unsigned flags);
  static struct kevent Addition(int fd, const Entry& entry, Filters filter);
  static FilterChanges Deletions(int fd, const Entry& entry);

  // After a fork: forgets what the parent's queue has, and the registrations whose numbers are
  // closed or name other files by now.
  void ForgetOtherFiles() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Forgets one that a rebuild has lost; lost_ is about the first.
  void Lose(int fd, Entry& entry, int error) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  WaitOutcome WaitUntil(absl::Span<Event> events, base::Deadline deadline);
  WaitOutcome WaitClaimed(absl::Span<Event> events, base::Deadline& deadline);
  // How much of `room` events is kept from the kernel for files that are always ready.
  size_t ReserveForAlwaysReady(size_t room);
  // Fills buffer_ with at most `room` events of the kernel. `deadline` is that of the wait, or
  // null: do not block.
  absl::StatusOr<int> WaitInKernel(size_t room, const base::Deadline* deadline);
  // Adds what one event of the kernel says to `events`, of which `delivered` are filled.
  void Translate(const struct kevent& raw, absl::Span<Event> events, size_t& delivered)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void TakeAlwaysReady(absl::Span<Event> events, size_t& delivered)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Reports what of `found` the entry wants, as far as there is room. Returns whether it wants
  // anything of it.
  bool Deliver(int fd, Entry& entry, Readiness found, uint16_t raw, absl::Span<Event> events,
               size_t& delivered) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  bool forked() const { return fork_generation_ != base::ForkGeneration(); }

  const PollerOptions options_;
  poller_base::WaitCounters counters_;
  const QueueMaker new_queue_;
  poller_base::WakeChannel wake_channel_;
  std::unique_ptr<KernelQueue> queue_;
  poller_base::WakeRequest wake_request_;
  std::atomic<bool> waiting_{false};
  // always_ready_.active(), for the waiting thread without the lock. A change is followed by a
  // signal to the wake channel, so a stale 0 costs no event.
  std::atomic<size_t> always_ready_active_{0};
  uint32_t fork_generation_;
  std::vector<struct kevent> buffer_;  // the waiting thread's
  bool always_ready_turn_ = false;     // the waiting thread's

  mutable absl::Mutex mutex_;
  const base::ForkGuard fork_guard_{mutex_};
  std::vector<Entry> table_ ABSL_GUARDED_BY(mutex_);  // by descriptor
  poller_base::AlwaysReady always_ready_ ABSL_GUARDED_BY(mutex_);
  // What a rebuild after a fork has lost, until one succeeds and tells.
  absl::Status lost_ ABSL_GUARDED_BY(mutex_);
  // By descriptor, the socket errors that came with events and that nobody has asked for.
  std::map<int, int> socket_errors_ ABSL_GUARDED_BY(mutex_);
};

// This backend, for the facade and for those who depend on //backends/kqueue alone.
const Backend& KqueueBackend();

}  // namespace someos

#endif  // SOMEOS_BACKENDS_KQUEUE_KQUEUE_POLLER_H_
