// What is registered with an EpollPoller: in the kernel's set, in a table beside it, and, for the
// files that epoll refuses, in that table alone.

#ifndef SOMEOS_BACKENDS_EPOLL_EPOLL_REGISTRATIONS_H_
#define SOMEOS_BACKENDS_EPOLL_EPOLL_REGISTRATIONS_H_

#include <fcntl.h>

#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "absl/base/attributes.h"
#include "absl/base/optimization.h"
#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/types/span.h"
#include "someos/api/diagnostics.h"
#include "someos/api/event.h"
#include "someos/api/interest.h"
#include "someos/backends/base/fork_generation.h"
#include "someos/backends/base/fork_guard.h"
#include "someos/backends/base/lock_if_threads.h"
#include "someos/backends/epoll/epoll_entry.h"
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

  // `set` watches `wake_channel`. `system` must outlive the registrations. No two calls to one that
  // is `alone` overlap.
  EpollRegistrations(const EpollSystem& system, EpollSet set, poller_base::WakeChannel wake_channel,
                     bool alone);

  // ---- Changes, as Poller has them; from any thread.

  absl::Status Register(int fd, Interest interest, uint64_t data, Trigger trigger);
  absl::Status Modify(int fd, Interest interest, uint64_t data, Trigger trigger);
  absl::Status Unregister(int fd);
  bool Holds(int fd) const;
  std::vector<Registration> List() const;

  // Signalled for the waiting thread to come back.
  const poller_base::WakeChannel& wake_channel() const { return wake_channel_; }

  // ---- For the thread that waits.

  int set_fd() const { return set_.fd(); }
  // Has the entry of whatever the kernel may have reported, because Register makes entries first.
  View view() const { return table_.view(); }
  // Whether the registration that an event's `tag` names still stands. Waits until a change that
  // another thread is in the middle of is through.
  bool Stands(uint64_t tag);
  // Whether the kernel knows all that a wait is for: this is no forked child, and no file that
  // epoll refuses is to be reported. One flag for both.
  bool kernel_only() const { return kernel_only_.load(std::memory_order_relaxed); }
  // Fills `events` with such files, each in its turn; returns how many.
  size_t TakeAlwaysReady(absl::Span<Event> events);
  // Replaces the kernel's set by a new one with the registrations that still stand, if there may be
  // others in the old one. If that fails, the old one stays.
  absl::Status DropStale();

  // ---- After a fork, in the child.

  // Whether this is a child that has not called ReplaceSet.
  bool forked() const { return fork_generation_ != base::ForkGeneration(); }
  // Replaces set and wake channel by new ones of the child's own, empty as yet. If that fails, the
  // old ones stay. Closing the child's numbers leaves the parent's files as they are.
  absl::Status ReplaceSet();
  // Registers everything in the new set. The error of the first that could not be, here or because
  // it did not name its file any more when ReplaceSet was first called; all of those are forgotten.
  absl::Status Refill();

 private:
  // The slow paths of Register and Modify: of a number that is registered; after `error`; of a file
  // that epoll refuses, or a number that is not registered.
  ABSL_ATTRIBUTE_NOINLINE absl::Status RegisterAgain(int fd, Interest interest, uint64_t data,
                                                     Trigger trigger)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  ABSL_ATTRIBUTE_NOINLINE absl::Status RegisterAfterError(int fd, EpollState state, uint64_t data,
                                                          int error)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  ABSL_ATTRIBUTE_NOINLINE absl::Status ModifyAlwaysReady(int fd, Interest interest, uint64_t data,
                                                         Trigger trigger)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status RegisterAlwaysReady(int fd, EpollState state, uint64_t data)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void UpdateKernelOnly() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void SetAlwaysReadyActive(int fd, bool active) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void ForgetAlwaysReady(int fd) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Every registration, by descriptor.
  std::vector<std::pair<int, EpollState>> Registered() const;
  // Forgets a registration that a rebuild has lost.
  void Lose(int fd, int error) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Why the number `fd`, in a forked child, does not name the registered file any more; 0 if it
  // does.
  int LossInChild(int fd, const EpollState& state) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const EpollSystem& system_;
  const bool alone_;
  EpollSet set_;  // replaced under mutex_, and by the waiting thread alone
  poller_base::WakeChannel wake_channel_;
  poller_base::FdTable<EpollEntry> table_;
  uint32_t fork_generation_ = base::ForkGeneration();
  std::atomic<bool> kernel_only_{true};

  // Serialises changes, unless they are known not to overlap. The slow wait path takes it,
  // always: for the fork that another thread may make.
  mutable absl::Mutex mutex_;
  const base::ForkGuard fork_guard_{mutex_, &kernel_only_};
  poller_base::AlwaysReady always_ready_ ABSL_GUARDED_BY(mutex_);
  // A descriptor was closed before it was unregistered, so the kernel may still report it.
  bool stale_suspected_ ABSL_GUARDED_BY(mutex_) = false;
  poller_base::LostRegistrations lost_ ABSL_GUARDED_BY(mutex_);
};

// Inline, to be one piece of code with the poller's own, without a call between: changes are a
// system call and little else.

ABSL_ATTRIBUTE_ALWAYS_INLINE inline absl::Status EpollRegistrations::Register(int fd,
                                                                              Interest interest,
                                                                              uint64_t data,
                                                                              Trigger trigger) {
  base::LockIfThreads lock(mutex_, alone_);
  EpollEntry* entry = table_.Find(fd);
  if (ABSL_PREDICT_FALSE(entry == nullptr)) {
    // The table does not grow for a number that names nothing, INT_MAX perhaps.
    if (fcntl(fd, F_GETFD) == -1) return poller_base::FdError(errno, "register", fd);
    entry = &table_.At(fd);
  }
  const uint64_t old = entry->state.load(std::memory_order_relaxed);
  if (ABSL_PREDICT_FALSE(old & EpollState::kRegistered)) {
    return RegisterAgain(fd, interest, data, trigger);
  }
  const uint64_t state = static_cast<uint32_t>(old + 1) | EpollState::kRegistered |
                         EpollState::PackInterest(interest, trigger);
  entry->StorePacked(fd, state, EpollState::IsPlain(interest, trigger), data);
  const int error = set_.Add(fd, interest, trigger, EpollState::Tag(fd, state));
  if (ABSL_PREDICT_FALSE(error != 0)) {
    return RegisterAfterError(fd, EpollState::Unpack(state), data, error);
  }
  return absl::OkStatus();
}

ABSL_ATTRIBUTE_ALWAYS_INLINE inline absl::Status EpollRegistrations::Modify(int fd,
                                                                            Interest interest,
                                                                            uint64_t data,
                                                                            Trigger trigger) {
  base::LockIfThreads lock(mutex_, alone_);
  EpollEntry* entry = table_.Find(fd);
  if (ABSL_PREDICT_FALSE(entry == nullptr)) return poller_base::FdError(ENOENT, "modify", fd);
  const uint64_t old = entry->state.load(std::memory_order_relaxed);
  if (ABSL_PREDICT_FALSE((old & (EpollState::kRegistered | EpollState::kAlwaysReady)) !=
                         EpollState::kRegistered)) {
    return ModifyAlwaysReady(fd, interest, data, trigger);
  }
  // Before the kernel can report under the new mask; taken back if it refuses.
  const uint64_t old_data = entry->data.load(std::memory_order_relaxed);
  const uint64_t state = static_cast<uint32_t>(old) |
                         (old & (EpollState::kRegistered | EpollState::kGone)) |
                         EpollState::PackInterest(interest, trigger);
  const bool plain = EpollState::IsPlain(interest, trigger) && (old & EpollState::kGone) == 0;
  entry->StorePacked(fd, state, plain, data);
  const int error = set_.Modify(fd, interest, trigger, EpollState::Tag(fd, state));
  if (ABSL_PREDICT_FALSE(error != 0)) {
    entry->Store(fd, EpollState::Unpack(old), old_data);
    return poller_base::FdError(error, "modify", fd);
  }
  return absl::OkStatus();
}

ABSL_ATTRIBUTE_ALWAYS_INLINE inline absl::Status EpollRegistrations::Unregister(int fd) {
  base::LockIfThreads lock(mutex_, alone_);
  EpollEntry* entry = table_.Find(fd);
  if (ABSL_PREDICT_FALSE(entry == nullptr)) return poller_base::FdError(ENOENT, "unregister", fd);
  const uint64_t state = entry->state.load(std::memory_order_relaxed);
  if (ABSL_PREDICT_FALSE(!(state & EpollState::kRegistered))) {
    return poller_base::FdError(ENOENT, "unregister", fd);
  }
  if (ABSL_PREDICT_FALSE(state & EpollState::kAlwaysReady)) {
    ForgetAlwaysReady(fd);
  } else if (ABSL_PREDICT_FALSE(set_.Remove(fd) != 0)) {
    stale_suspected_ = true;  // closed already (EBADF), or closed and reused (ENOENT)
  }
  entry->Forget();
  return absl::OkStatus();
}

}  // namespace someos

#endif  // SOMEOS_BACKENDS_EPOLL_EPOLL_REGISTRATIONS_H_
