// The registrations of a KqueuePoller. They are in the kernel's queue and in a table; files that a
// kqueue does not report as poll(2) does are only in the table.

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
#include "absl/types/span.h"
#include "someos/api/diagnostics.h"
#include "someos/api/event.h"
#include "someos/api/interest.h"
#include "someos/api/poller.h"
#include "someos/backends/base/fork_generation.h"
#include "someos/backends/base/fork_guard.h"
#include "someos/backends/base/mutex.h"
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

  // ---- The changes of Poller. Thread-safe.

  absl::Status Register(int fd, Interest interest, uint64_t data, Trigger trigger);
  absl::Status Modify(int fd, Interest interest, uint64_t data, Trigger trigger);
  absl::Status Unregister(int fd);
  absl::StatusOr<int> TakeError(int fd);
  std::vector<Registration> List() const;

  // The first `count` of a list of changes, which one kevent(2) call can make, and whether it has
  // applied them: either all or none.
  struct Batch {
    size_t count = 0;
    bool applied = false;
  };
  Batch ApplyBatch(absl::Span<const Change> changes);

  // The queue's descriptor, with which another loop waits for the poller; see Poller::fd.
  int NestFd();

  // Signalled to make the waiting thread return from the kernel.
  const poller_base::WakeChannel& wake_channel() const { return wake_channel_; }

  // ---- For the waiting thread.

  KernelQueue& queue() { return *queue_; }

  // Whether there are always-ready files to report, which the kernel does not report. A change is
  // followed by a signal to the wake channel, so no event is lost if the answer is stale.
  bool some_always_ready() const {
    return always_ready_active_.load(std::memory_order_relaxed) > 0;
  }

  // Fills `events` from the kernel's events `found` and with always-ready files, the latter in
  // round-robin order. Returns how many. Sets `signalled` to whether the wake channel was
  // signalled.
  size_t Deliver(absl::Span<const struct kevent> found, absl::Span<Event> events, bool& signalled);

  // ---- After a fork, in the child.

  // Whether this is a child that has not called Rebuild successfully.
  bool forked() const { return !base::InForkGeneration(fork_generation_); }
  // Replaces the queue and the wake channel by new ones, which belong to the child, and registers
  // everything again. If they cannot be created, the old ones remain. Otherwise returns the error
  // of the first registration that was lost, in this or in an earlier failed call. All lost
  // registrations are forgotten.
  absl::Status Rebuild(QueueMaker new_queue);

 private:
  // The events of the running Deliver.
  struct Room {
    absl::Span<Event> events;
    size_t delivered = 0;
  };

  // The refusal to register `fd` if it is one of the poller's own descriptors, otherwise OK.
  absl::Status CheckNotOwn(int fd) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  KqueueEntry* FindRegistered(int fd) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Initializes the table's entry of `fd` for a new registration, still without filters.
  KqueueEntry& NewEntry(int fd, Interest interest, uint64_t data, Trigger trigger,
                        const poller_base::FileIdentity& identity)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  Batch RegisterBatch(absl::Span<const Change> changes);
  Batch UnregisterBatch(absl::Span<const Change> changes);

  // 0 if the kernel still has the registered file under this number, otherwise an errno: ENOENT or
  // EBADF if it does not.
  int AskKernel(int fd, const KqueueEntry& entry) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Updates the kernel's filters, or the list of always-ready files, from the entry. Returns 0, or
  // an errno; after an error the kernel has no filter for `fd`.
  int Arm(int fd, KqueueEntry& entry, const poller_base::FileIdentity& identity)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Arm, after a change of the filters has failed with `error`.
  int ArmAfterError(int fd, KqueueEntry& entry, const poller_base::FileIdentity& identity,
                    int error) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Disarm(int fd, KqueueEntry& entry) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Makes every wait check the registered file, which has `identity`, with poll(2).
  void AddAlwaysReady(int fd, KqueueEntry& entry, const poller_base::FileIdentity& identity)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // The same, instead of filters that will not fire again; unless the file was closed.
  void KeepReporting(int fd, KqueueEntry& entry) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void ForgetAlwaysReady(int fd, KqueueEntry& entry) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  // Reports one event of the kernel.
  void DeliverEvent(const struct kevent& event, Room& room) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void DeliverAlwaysReady(Room& room) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Reports the conditions of `found` that are in the entry's interest, if there is room. Returns
  // whether there are any.
  bool Report(int fd, KqueueEntry& entry, Readiness found, uint16_t raw, Room& room)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // The hang-up and the error that are the cause of an event with EV_EOF or EV_ERROR.
  Readiness HangupAndError(int fd, const KqueueEntry& entry, const struct kevent& event)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Deletes from the kernel queue a filter whose event belongs to no registration.
  void DropStray(const struct kevent& event);

  // After a fork: forgets the filters, which are in the parent's queue, and the registrations whose
  // numbers are closed or name other files by now.
  void ForgetOtherFiles() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  // Replaced after a fork, in the child, which has a single thread.
  poller_base::WakeChannel wake_channel_;
  std::unique_ptr<KernelQueue> queue_;
  uint32_t fork_generation_ = base::ForkGeneration();
  std::atomic<size_t> always_ready_active_{0};  // always_ready_.active(), without the lock

  mutable base::Mutex mutex_;
  const base::ForkGuard fork_guard_{mutex_};
  std::vector<KqueueEntry> table_ ABSL_GUARDED_BY(mutex_);  // by descriptor
  poller_base::AlwaysReady always_ready_ ABSL_GUARDED_BY(mutex_);
  poller_base::LostRegistrations lost_ ABSL_GUARDED_BY(mutex_);
  // NestFd was called. While there are always-ready files, every wait then leaves a signal in the
  // wake channel, so that the queue is readable.
  bool nested_ ABSL_GUARDED_BY(mutex_) = false;
  // By descriptor: the socket errors that were in events and that TakeError has not returned yet.
  std::map<int, int> socket_errors_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace someos

#endif  // SOMEOS_BACKENDS_KQUEUE_KQUEUE_REGISTRATIONS_H_
