// What is registered with a KqueuePoller: in the kernel's queue, in a table beside it, and, for the
// files that no queue reports as poll(2) does, in that table alone.

#ifndef SOMEOS_BACKENDS_KQUEUE_KQUEUE_REGISTRATIONS_H_
#define SOMEOS_BACKENDS_KQUEUE_KQUEUE_REGISTRATIONS_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/types/span.h"
#include "someos/api/diagnostics.h"
#include "someos/api/event.h"
#include "someos/api/interest.h"
#include "someos/api/poller.h"
#include "someos/backends/base/fork_generation.h"
#include "someos/backends/base/fork_guard.h"
#include "someos/backends/kqueue/kernel_queue.h"
#include "someos/backends/kqueue/kqueue_filters.h"
#include "someos/backends/poller_base/always_ready.h"
#include "someos/backends/poller_base/file_identity.h"
#include "someos/backends/poller_base/lost_registrations.h"
#include "someos/backends/poller_base/wake_channel.h"

namespace someos {

class KqueueRegistrations {
 public:
  using QueueMaker = absl::StatusOr<std::unique_ptr<KernelQueue>> (*)();

  // A queue that watches a wake channel for signals.
  struct WatchedQueue {
    poller_base::WakeChannel wake_channel;
    std::unique_ptr<KernelQueue> queue;
  };
  // EMFILE, ENFILE, ENOMEM.
  static absl::StatusOr<WatchedQueue> CreateWatchedQueue(QueueMaker new_queue);

  explicit KqueueRegistrations(WatchedQueue watched)
      : wake_channel_(std::move(watched.wake_channel)), queue_(std::move(watched.queue)) {}

  // ---- Changes, as Poller has them; from any thread.

  absl::Status Register(int fd, Interest interest, uint64_t data, Trigger trigger);
  absl::Status Modify(int fd, Interest interest, uint64_t data, Trigger trigger);
  absl::Status Unregister(int fd);
  absl::StatusOr<int> TakeError(int fd);
  std::vector<Registration> List() const;

  // Those of the first changes of a batch that one kevent(2) can make; and whether it has made
  // them: all, or none.
  struct Together {
    size_t count = 0;
    bool made = false;
  };
  Together ApplyTogether(absl::Span<const Change> changes);

  // Signalled for the waiting thread to come back.
  const poller_base::WakeChannel& wake_channel() const { return wake_channel_; }

  // ---- For the thread that waits.

  KernelQueue& queue() { return *queue_; }

  // Whether there are files to report that the kernel does not queue. A change is followed by a
  // signal to the wake channel, so a stale answer costs no event.
  bool some_always_ready() const {
    return always_ready_active_.load(std::memory_order_relaxed) > 0;
  }

  // Fills `events` with what the kernel's events say, and with files that it does not queue, each
  // in its turn; returns how many. `signalled` becomes whether the wake channel was.
  size_t Deliver(absl::Span<const struct kevent> found, absl::Span<Event> events, bool& signalled);

  // ---- After a fork, in the child.

  // Whether this is a child that has not called Rebuild with success.
  bool forked() const { return fork_generation_ != base::ForkGeneration(); }
  // Replaces queue and wake channel by new ones of the child's own and registers everything in
  // them. If they cannot be made, the old ones stay. Otherwise returns the error of the first
  // registration that was lost, here or in an earlier call that failed; all of those are forgotten.
  absl::Status Rebuild(QueueMaker new_queue);

 private:
  // The events of the running Deliver.
  struct Room {
    absl::Span<Event> events;
    size_t delivered = 0;
  };

  KqueueEntry* FindRegistered(int fd) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Makes the table's entry of `fd` one of a new registration, without filters as yet.
  KqueueEntry& NewEntry(int fd, Interest interest, uint64_t data, Trigger trigger,
                        const poller_base::FileIdentity& identity)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  Together RegisterTogether(absl::Span<const Change> changes);
  Together UnregisterTogether(absl::Span<const Change> changes);

  // 0 if the kernel still knows the registered file under this number, else an errno: ENOENT or
  // EBADF if it does not.
  int AskKernel(int fd, const KqueueEntry& entry) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Makes the kernel's filters, or the list of always-ready files, what the entry wants. Returns 0
  // or an errno; the kernel has no filter then.
  int Arm(int fd, KqueueEntry& entry, const poller_base::FileIdentity& identity)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Arm, after a change of the filters has failed with `error`.
  int ArmAfterError(int fd, KqueueEntry& entry, const poller_base::FileIdentity& identity,
                    int error) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Disarm(int fd, KqueueEntry& entry) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Makes every wait ask poll(2) about the registered file, which is `identity`.
  void AddAlwaysReady(int fd, KqueueEntry& entry, const poller_base::FileIdentity& identity)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // The same in place of filters that will not fire again, unless the file was closed.
  void KeepReporting(int fd, KqueueEntry& entry) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void ForgetAlwaysReady(int fd, KqueueEntry& entry) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  // Adds what one event of the kernel says.
  void DeliverEvent(const struct kevent& event, Room& room) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void DeliverAlwaysReady(Room& room) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Reports what of `found` the entry wants, as far as there is room. Returns whether it wants
  // anything of it.
  bool Report(int fd, KqueueEntry& entry, Readiness found, uint16_t raw, Room& room)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // The hangup and the error behind an event that has EV_EOF or EV_ERROR.
  Readiness EndOf(int fd, const KqueueEntry& entry, const struct kevent& event)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Takes a filter out of the kernel that reports what is not registered.
  void DropStray(const struct kevent& event);

  // After a fork: forgets what the parent's queue has, and the registrations whose numbers are
  // closed or name other files by now.
  void ForgetOtherFiles() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  // Replaced after a fork, in the child, which has one thread.
  poller_base::WakeChannel wake_channel_;
  std::unique_ptr<KernelQueue> queue_;
  uint32_t fork_generation_ = base::ForkGeneration();
  std::atomic<size_t> always_ready_active_{0};  // always_ready_.active(), without the lock

  mutable absl::Mutex mutex_;
  const base::ForkGuard fork_guard_{mutex_};
  std::vector<KqueueEntry> table_ ABSL_GUARDED_BY(mutex_);  // by descriptor
  poller_base::AlwaysReady always_ready_ ABSL_GUARDED_BY(mutex_);
  poller_base::LostRegistrations lost_ ABSL_GUARDED_BY(mutex_);
  // By descriptor, the socket errors that came with events and that nobody has asked for.
  std::map<int, int> socket_errors_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace someos

#endif  // SOMEOS_BACKENDS_KQUEUE_KQUEUE_REGISTRATIONS_H_
