// The registrations of an EpollPoller. They are in the kernel's epoll set and in a table; files
// that epoll refuses are only in the table.

#ifndef SOMEOS_BACKENDS_EPOLL_EPOLL_REGISTRATIONS_H_
#define SOMEOS_BACKENDS_EPOLL_EPOLL_REGISTRATIONS_H_

#include <fcntl.h>

#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "absl/base/attributes.h"
#include "absl/base/optimization.h"
#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "someos/api/backend.h"
#include "someos/api/diagnostics.h"
#include "someos/api/event.h"
#include "someos/api/interest.h"
#include "someos/backends/base/fork_generation.h"
#include "someos/backends/base/fork_guard.h"
#include "someos/backends/base/lock_if_threads.h"
#include "someos/backends/base/mutex.h"
#include "someos/backends/base/system_calls.h"
#include "someos/backends/epoll/epoll_entry.h"
#include "someos/backends/epoll/epoll_listing.h"
#include "someos/backends/epoll/epoll_nest.h"
#include "someos/backends/epoll/epoll_set.h"
#include "someos/backends/epoll/epoll_system.h"
#include "someos/backends/poller_base/always_ready.h"
#include "someos/backends/poller_base/fd_error.h"
#include "someos/backends/poller_base/fd_table.h"
#include "someos/backends/poller_base/lost_registrations.h"
#include "someos/backends/poller_base/wake_channel.h"

namespace someos {

class EpollRegistrations {
 public:
  using View = poller_base::FdTable<EpollEntry>::View;

  // `set` watches `wake_channel`. `system` must outlive the registrations. With
  // `externally_synchronized`, no two calls may overlap. With `return_on_signal`, kernel_only() is
  // always false, because the fast path makes epoll_wait(2) block (see EpollWaiter).
  EpollRegistrations(const EpollSystem& system, EpollSet set, poller_base::WakeChannel wake_channel,
                     const PollerOptions& options);

  // ---- The changes of Poller. Thread-safe.

  absl::Status Register(int fd, Interest interest, uint64_t data, Trigger trigger);
  absl::Status Modify(int fd, Interest interest, uint64_t data, Trigger trigger);
  absl::Status Unregister(int fd);
  absl::StatusOr<int> TakeError(int fd);
  std::vector<Registration> List() const;

  // The descriptor with which another loop waits for the poller; see Poller::fd.
  absl::StatusOr<int> NestFd();

  // Signalled to make the waiting thread return from the kernel.
  const poller_base::WakeChannel& wake_channel() const { return wake_channel_; }

  // ---- For the waiting thread.

  int set_fd() const { return set_.fd(); }
  // Has an entry for every event that the kernel may have reported, because Register creates the
  // entry before it calls the kernel.
  View view() const { return table_.view(); }
  // Whether the registration that an event's `tag` names still exists: false if the event is stale.
  // If another thread is making a change, waits until it is complete.
  bool IsCurrent(uint64_t tag);
  // Whether a wait has to make only one call of epoll_wait(2): this is not a forked child, and no
  // file that epoll refuses is to be reported. One number for both, so that the fast path compares
  // only one.
  bool kernel_only() const { return generation_.Is(kernel_only_.load(std::memory_order_relaxed)); }
  // Whether a file that epoll refuses is to be reported.
  bool some_always_ready() const { return some_always_ready_.load(std::memory_order_relaxed); }
  // Fills `events` with the files that epoll refuses, in round-robin order. Returns how many.
  size_t TakeAlwaysReady(absl::Span<Event> events);
  // If the kernel's set may contain stale registrations, replaces it by a new one with the current
  // registrations. If that fails, the old set remains, perhaps with another number.
  absl::Status DropStale();

  // ---- After a fork, in the child.

  // Whether this is a child that has not been rebuilt.
  bool forked() const { return !generation_.Is(fork_generation_); }
  // Replaces the set and the wake channel by new ones, which belong to the child, and registers
  // everything in the new set. If that fails, the old ones remain, and forked() is still true.
  // Otherwise returns the error of the lowest number whose registration is lost, because it is
  // closed, names another file, or is refused. All lost registrations are forgotten. Closing the
  // child's descriptors does not affect the parent's.
  absl::Status RebuildAfterFork();

 private:
  // The slow paths of Register and Modify: for a number that is already registered; after `error`;
  // for a file that epoll refuses, or a number that is not registered.
  ABSL_ATTRIBUTE_NOINLINE absl::Status RegisterAgain(int fd, Interest interest, uint64_t data,
                                                     Trigger trigger)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  ABSL_ATTRIBUTE_NOINLINE absl::Status RegisterAfterError(int fd, EpollState state, uint64_t data,
                                                          int error)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  ABSL_ATTRIBUTE_NOINLINE absl::Status ModifyAlwaysReady(int fd, Interest interest, uint64_t data,
                                                         Trigger trigger)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // The refusal to register `fd` if it is one of the poller's own descriptors, otherwise OK.
  absl::Status CheckNotOwn(int fd) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // 0 if `fd` still names the file that it was registered for. Otherwise EBADF (closed) or ENOENT.
  int Mismatch(int fd, const EpollState& state) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  int AskKernel(int fd, const EpollState& state) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // The status of a modification of or to an `exclusive` registration, or of another one, that
  // epoll_ctl(2) has refused.
  ABSL_ATTRIBUTE_NOINLINE static absl::Status ModifyError(int fd, bool exclusive, int error);
  ABSL_ATTRIBUTE_NOINLINE void SuspectStale(int fd) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // A new set for DropStale.
  absl::StatusOr<EpollSet> CreateFresh(absl::string_view operation)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status RegisterAlwaysReady(int fd, EpollState state, uint64_t data)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void UpdateAlwaysReady() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void SetAlwaysReadyActive(int fd, bool active) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void ForgetAlwaysReady(int fd) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Every registration, in the order of the descriptors.
  std::vector<std::pair<int, EpollState>> Registered() const;
  // Forgets a registration that is lost in a rebuild, and records it in lost_.
  void ForgetLost(int fd, int error) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // The parts of a rebuild. The first returns an errno, or 0 if nothing is known against `fd` that
  // could be lost by opening a descriptor. The second returns the old set.
  int CheckInChild(int fd, const EpollState& state) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Of set_; empty if it must not ask for it.
  absl::StatusOr<EpollListing> ListParentsFiles() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Called if the old set is known to be the parent's.
  void ConfirmInherited() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::StatusOr<EpollSet> ReplaceSet() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Refill() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Forgets the registrations in the new set for files that are not those of the parent's.
  void ForgetOtherFiles(const EpollSet& parents, const EpollListing& parents_files)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void ForgetOtherFile(int fd) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const EpollSystem& system_;
  const bool externally_synchronized_;
  const base::SystemCalls calls_;
  const bool waits_in_poll_;  // instead of in the kernel's wait alone
  EpollSet set_;  // replaced under mutex_, by the waiting thread or, after a fork, in the child
  poller_base::WakeChannel wake_channel_;
  poller_base::FdTable<EpollEntry> table_;
  const base::CurrentForkGeneration generation_;
  uint32_t fork_generation_ = base::ForkGeneration();
  // The generation in which kernel_only() is true, if there is one.
  std::atomic<uint32_t> kernel_only_;
  std::atomic<bool> some_always_ready_{false};

  // Serializes changes, unless they are externally synchronized. The slow path of a wait locks it
  // even then, because another thread may fork at any time.
  mutable base::Mutex mutex_;
  const base::ForkGuard fork_guard_{mutex_};
  poller_base::AlwaysReady always_ready_ ABSL_GUARDED_BY(mutex_);
  // Once NestFd was called. While there are always-ready files, every wait then leaves a signal in
  // the wake channel, so that the nest is readable.
  std::optional<EpollNest> nest_ ABSL_GUARDED_BY(mutex_);
  // A descriptor was closed before it was unregistered, so the kernel may still report it. Set by
  // SuspectStale, which also prepares for that.
  bool stale_suspected_ ABSL_GUARDED_BY(mutex_) = false;
  poller_base::LostRegistrations lost_ ABSL_GUARDED_BY(mutex_);
};

// Inline, so that the poller's functions contain them without a function call: changes are a system
// call and little else.

ABSL_ATTRIBUTE_ALWAYS_INLINE inline absl::Status EpollRegistrations::Register(int fd,
                                                                              Interest interest,
                                                                              uint64_t data,
                                                                              Trigger trigger) {
  base::LockIfThreads lock(mutex_, externally_synchronized_);
  EpollEntry* entry = table_.Find(fd);
  if (ABSL_PREDICT_FALSE(entry == nullptr)) {
    // The table must not grow for a number that is not open, such as INT_MAX.
    if (fcntl(fd, F_GETFD) == -1) return poller_base::FdError(errno, "register", fd);
    entry = &table_.At(fd);
  }
  if (ABSL_PREDICT_FALSE(entry->state.load(std::memory_order_relaxed) & EpollState::kRegistered)) {
    return RegisterAgain(fd, interest, data, trigger);
  }
  const uint32_t generation = entry->generation() + EpollState::kOneGeneration;
  const uint32_t state = EpollState::kRegistered | EpollState::PackInterest(interest, trigger);
  entry->StorePacked(generation, state, EpollState::IsPlain(interest, trigger), data);
  const int error = set_.Add(fd, interest, trigger, EpollState::Tag(fd, generation));
  if (ABSL_PREDICT_FALSE(error != 0)) {
    return RegisterAfterError(fd, EpollState::Unpack(generation, state), data, error);
  }
  return absl::OkStatus();
}

ABSL_ATTRIBUTE_ALWAYS_INLINE inline absl::Status EpollRegistrations::Modify(int fd,
                                                                            Interest interest,
                                                                            uint64_t data,
                                                                            Trigger trigger) {
  base::LockIfThreads lock(mutex_, externally_synchronized_);
  EpollEntry* entry = table_.Find(fd);
  if (ABSL_PREDICT_FALSE(entry == nullptr)) return poller_base::FdError(ENOENT, "modify", fd);
  const uint32_t old = entry->state.load(std::memory_order_relaxed);
  if (ABSL_PREDICT_FALSE((old & (EpollState::kRegistered | EpollState::kAlwaysReady)) !=
                         EpollState::kRegistered)) {
    return ModifyAlwaysReady(fd, interest, data, trigger);
  }
  // Before the kernel can report events with the new mask; undone if the kernel refuses.
  const uint64_t old_data = entry->data.load(std::memory_order_relaxed);
  const uint32_t generation = entry->generation();
  const uint32_t state = (old & (EpollState::kRegistered | EpollState::kGone)) |
                         EpollState::PackInterest(interest, trigger);
  const bool plain = EpollState::IsPlain(interest, trigger) && (old & EpollState::kGone) == 0;
  entry->StorePacked(generation, state, plain, data);
  const int error = set_.Modify(fd, interest, trigger, EpollState::Tag(fd, generation));
  if (ABSL_PREDICT_FALSE(error != 0)) {
    const EpollState before = EpollState::Unpack(generation, old);
    entry->Store(before, old_data);
    const bool exclusive = trigger == Trigger::kExclusive || before.trigger == Trigger::kExclusive;
    return ModifyError(fd, exclusive, error);
  }
  return absl::OkStatus();
}

ABSL_ATTRIBUTE_ALWAYS_INLINE inline absl::Status EpollRegistrations::Unregister(int fd) {
  base::LockIfThreads lock(mutex_, externally_synchronized_);
  EpollEntry* entry = table_.Find(fd);
  if (ABSL_PREDICT_FALSE(entry == nullptr)) return poller_base::FdError(ENOENT, "unregister", fd);
  const uint32_t state = entry->state.load(std::memory_order_relaxed);
  if (ABSL_PREDICT_FALSE(!(state & EpollState::kRegistered))) {
    return poller_base::FdError(ENOENT, "unregister", fd);
  }
  if (ABSL_PREDICT_FALSE(state & EpollState::kAlwaysReady)) {
    ForgetAlwaysReady(fd);
  } else if (ABSL_PREDICT_FALSE(set_.Remove(fd) != 0)) {
    SuspectStale(fd);  // closed already (EBADF), or closed and reused (ENOENT)
  }
  entry->Forget();
  return absl::OkStatus();
}

}  // namespace someos

#endif  // SOMEOS_BACKENDS_EPOLL_EPOLL_REGISTRATIONS_H_
