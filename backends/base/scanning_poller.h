// What poll(2) and select(2) share: registrations by number, and a wait that scans a set.

#ifndef SOMEOS_BACKENDS_BASE_SCANNING_POLLER_H_
#define SOMEOS_BACKENDS_BASE_SCANNING_POLLER_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/types/span.h"
#include "someos/api/backend.h"
#include "someos/api/poller.h"
#include "someos/backends/base/deadline.h"
#include "someos/backends/base/file_identity.h"
#include "someos/backends/base/fork_generation.h"
#include "someos/backends/base/wake_channel.h"

namespace someos::base {

// A Poller for mechanisms that keep nothing in the kernel: each wait hands over a set of numbers,
// the "watch set", which a subclass keeps in the form that its system call wants.
//
// While a thread is inside the system call the watch set is the kernel's. Changes by other threads
// go into the table of registrations at once, and into the watch set when the waiter, woken for
// that, is back; it then waits on against the same deadline.
class ScanningPoller : public Poller {
 protected:
  ScanningPoller(const PollerOptions& options, WakeChannel wake_channel);

  // Fills an Event of Wait's span from what the scan found about `fd`; called from Scan only.
  // Conditions outside the registration's interest are left out, and the implied ones added.
  // Returns whether there is room for more.
  bool Deliver(int fd, Readiness found, uint16_t raw) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  int wake_fd() const { return wake_channel_.fd(); }

  // Watches `fd` for `interest` from the next Block on, in place of what it was watched for, and
  // drops what the last Block found about it. kNone: keeps the place, watches for nothing.
  virtual void Watch(int fd, Interest interest) = 0;
  // Takes `fd` out of the watch set, if it is in it.
  virtual void Forget(int fd) = 0;
  // Hands the watch set and the wake channel to the kernel. -1 and errno as the system call.
  virtual int Block(const Deadline& deadline) = 0;
  // Whether the last Block found the wake channel readable.
  virtual bool WakeFound() const = 0;
  // Calls Deliver for each ready descriptor of the last Block, starting where the last Scan that
  // ran out of room left off, until Deliver returns false.
  virtual void Scan() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) = 0;
  // Whether the mechanism can hold this number at all.
  virtual absl::Status CheckRange(int fd) const = 0;
  // After a fork, the watch set must look for this channel instead of the parent's.
  virtual absl::Status ReplaceWakeFd(int fd) = 0;

  absl::Mutex mutex_;

 private:
  struct Entry {
    uint64_t data = 0;
    uint32_t identity = 0;
    Interest interest = Interest::kNone;
    Trigger trigger = Trigger::kLevel;
    bool registered = false;
    bool fired = false;  // a one-shot that has been reported
    bool dead = false;   // reported as kInvalid
  };

  absl::Status DoRegister(int fd, Interest interest, uint64_t data, Trigger trigger) override;
  absl::Status DoModify(int fd, Interest interest, uint64_t data, Trigger trigger) override;
  absl::Status DoUnregister(int fd) override;
  absl::StatusOr<size_t> DoWait(absl::Span<Event> events, absl::Duration timeout) override;
  absl::Status DoWake() override;
  absl::Status DoRebuildAfterFork() override;

  absl::Status CheckSupported(absl::string_view operation, int fd, Interest interest,
                              Trigger trigger) const;
  Entry* FindRegistered(int fd) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Brings the watch set in line with the table for `fd`: now, or when the waiter is back.
  void Sync(int fd) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void SyncNow(int fd) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void SyncChanged() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::StatusOr<size_t> WaitUntil(Deadline& deadline) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Forgets the registrations whose numbers are closed or name other files by now. Returns an
  // error about the first of them.
  absl::Status ForgetOtherFiles() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // For select(2), whose EBADF does not say which descriptor was closed.
  void DeliverClosed() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  bool forked() const { return fork_generation_ != ForkGeneration(); }

  const PollerOptions options_;
  WakeChannel wake_channel_;
  std::atomic<bool> wake_pending_{false};
  uint32_t fork_generation_;

  std::vector<Entry> table_ ABSL_GUARDED_BY(mutex_);  // by descriptor
  std::vector<int> changed_ ABSL_GUARDED_BY(mutex_);  // during the running wait
  bool waiting_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Span<Event> events_ ABSL_GUARDED_BY(mutex_);  // the running wait's
  size_t delivered_ ABSL_GUARDED_BY(mutex_) = 0;      // of events_
};

}  // namespace someos::base

#endif  // SOMEOS_BACKENDS_BASE_SCANNING_POLLER_H_
