// The common base of the Pollers over poll(2) and select(2): registrations by number, and a wait
// that scans a set of descriptors.

#ifndef SOMEOS_BACKENDS_POLLER_BASE_SCANNING_POLLER_H_
#define SOMEOS_BACKENDS_POLLER_BASE_SCANNING_POLLER_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/base/optimization.h"
#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "someos/api/backend.h"
#include "someos/api/poller.h"
#include "someos/backends/base/deadline.h"
#include "someos/backends/base/fork_generation.h"
#include "someos/backends/base/fork_guard.h"
#include "someos/backends/base/lock_if_threads.h"
#include "someos/backends/base/mutex.h"
#include "someos/backends/poller_base/kept_events.h"
#include "someos/backends/poller_base/known_files.h"
#include "someos/backends/poller_base/known_files_system.h"
#include "someos/backends/poller_base/look_back_off.h"
#include "someos/backends/poller_base/lost_registrations.h"
#include "someos/backends/poller_base/scan_entry.h"
#include "someos/backends/poller_base/wait_counters.h"
#include "someos/backends/poller_base/wake_channel.h"
#include "someos/backends/poller_base/wake_request.h"

namespace someos::poller_base {

// A Poller for mechanisms that keep no state in the kernel: each wait passes a set of numbers, the
// "watch set", which a subclass keeps in the form that its system call takes.
//
// While a thread is inside the system call, the watch set must not be modified. Changes by other
// threads are made in the table of registrations at once, and the waiting thread is woken. It
// copies them to the watch set and continues to wait until the same deadline.
class ScanningPoller : public Poller {
 public:
  std::vector<Registration> registrations() const override;
  Counters counters() const override { return counters_.Read(); }

 protected:
  // `known_files` must outlive the poller.
  ScanningPoller(const PollerOptions& options, WakeChannel wake_channel,
                 const KnownFilesSystem& known_files);

  // Fills an Event of Wait's span with what the scan found about `fd`; called from Scan only.
  // Removes conditions that are not in the registration's interest, and adds the implied ones.
  // Returns whether there is room for more events.
  inline bool Deliver(int fd, Readiness found, uint16_t raw) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  // Keeps what the scan found about `fd` for the next Wait, as there is no room in this one; called
  // from Scan only. Does nothing if the kernel reports the same again as long as it is true.
  void Keep(int fd, uint16_t raw) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    kept_.Add(fd, raw, table_[fd]);
  }

  int wake_fd() const { return wake_channel_.fd(); }

  // Of a descriptor that is or was registered: a number for the subclass to keep, 0 at first.
  int& PlaceOf(int fd) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return table_[fd].place; }

  // Watches `fd` for `interest` from the next Block or Look on, instead of its previous interest,
  // and discards what the last Block or Look found about it. kNone: keeps its place in the set, but
  // watches for nothing.
  virtual void Watch(int fd, Interest interest) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) = 0;
  // Removes `fd` from the watch set, if it is there.
  virtual void Forget(int fd) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) = 0;
  // Waits for the watch set and the wake channel. Returns what the system call returns; -1 with
  // errno.
  virtual int Block(const base::Deadline& deadline) = 0;
  // Checks the watch set, without the wake channel and without blocking. Returns the same.
  virtual int Look() = 0;
  // Whether the last Block or Look found the wake channel readable.
  virtual bool WakeFound() const = 0;
  // Adds `raw`, which an earlier Scan has given to Keep, to what the last Block or Look found about
  // `fd`, unless that is that it is closed.
  virtual void AddFound(int fd, uint16_t raw) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) = 0;
  // Calls Deliver for each ready descriptor of the last Block or Look until Deliver returns false,
  // then Keep for each of the rest. Starts where the last Scan that ran out of room stopped
  // (fairness).
  virtual void Scan() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) = 0;
  // An error if the mechanism cannot watch this number.
  virtual absl::Status CheckRange(int fd) const = 0;
  // After a fork: makes the watch set contain this wake channel instead of the parent's.
  virtual absl::Status ReplaceWakeFd(int fd) = 0;

  mutable base::Mutex mutex_;
  const base::ForkGuard fork_guard_{mutex_};

 private:
  using State = ScanEntry::State;

  // Ends the running wait at the end of the scope, also if the thread is cancelled in it.
  class EndOfWait {
   public:
    explicit EndOfWait(ScanningPoller& poller) : poller_(poller) {}
    EndOfWait(const EndOfWait&) = delete;
    EndOfWait& operator=(const EndOfWait&) = delete;
    ~EndOfWait() ABSL_NO_THREAD_SAFETY_ANALYSIS;

   private:
    ScanningPoller& poller_;
  };

  absl::Status DoRegister(int fd, Interest interest, uint64_t data, Trigger trigger) override;
  absl::Status DoModify(int fd, Interest interest, uint64_t data, Trigger trigger) override;
  absl::Status DoUnregister(int fd) override;
  WaitOutcome DoWait(absl::Span<Event> events, absl::Duration timeout) override;
  absl::Status DoWake() override;
  absl::Status DoRebuildAfterFork() override;
  absl::StatusOr<int> DoTakeError(int fd) override;

  absl::Status CheckSupported(absl::string_view operation, int fd, Interest interest,
                              Trigger trigger) const;
  ScanEntry* FindRegistered(int fd) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // 0 if `fd` still names the file that it was registered for. Otherwise EBADF (closed) or ENOENT.
  int Mismatch(int fd, const ScanEntry& entry) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Updates the watch set from the table for `fd`: now, or as soon as the waiting thread has
  // returned from the system call.
  void Sync(int fd) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void SyncNow(int fd) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void SyncChanged() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // The slow path of Deliver. The fast path is for level-triggered registrations for which only
  // conditions of their interest were found.
  bool DeliverSlow(int fd, Readiness found, uint16_t raw) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool Fill(const ScanEntry& entry, int fd, Readiness readiness, uint16_t raw)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    Event& event = events_[delivered_++];
    event.fd = fd;
    event.readiness = readiness;
    event.raw = raw;
    event.data = entry.data;
    return delivered_ < events_.size();
  }
  // Waits with Look or Block; before a Block it tries a Look if that is likely to find something.
  // Does not block if `only_look`.
  int LookThenBlock(base::Deadline& deadline, bool only_look);
  // Moves what was kept to what the last Block or Look found. Returns whether there was anything.
  bool AddKept() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // The result of a wait that fails with `error`.
  WaitOutcome Failure(int error, absl::string_view detail = "") const;
  WaitOutcome WaitLocked(base::Deadline& deadline, base::LockIfThreads& lock)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // The parts of a rebuild after a fork. Each forgets the registrations that are lost, and records
  // them in lost_: those whose numbers are closed or name other files by now, and those whose files
  // the child's own known_files_ cannot take.
  void ForgetOtherFiles() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void RenewKnownFiles() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void ForgetLost(int fd, int error) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // For select(2), whose EBADF does not tell which descriptor is closed: reports the closed ones.
  void DeliverClosed() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  bool forked() const { return !base::InForkGeneration(fork_generation_); }

  const PollerOptions options_;
  WaitCounters counters_;
  WakeChannel wake_channel_;
  WakeRequest wake_request_;
  uint32_t fork_generation_;
  LookBackOff looks_;  // used only by the waiting thread

  KnownFiles known_files_ ABSL_GUARDED_BY(mutex_);
  LostRegistrations lost_ ABSL_GUARDED_BY(mutex_);
  std::vector<ScanEntry> table_ ABSL_GUARDED_BY(mutex_);  // by descriptor
  std::vector<int> changed_ ABSL_GUARDED_BY(mutex_);      // during the running wait
  KeptEvents kept_ ABSL_GUARDED_BY(mutex_);
  bool waiting_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Span<Event> events_ ABSL_GUARDED_BY(mutex_);  // the running wait's
  size_t delivered_ ABSL_GUARDED_BY(mutex_) = 0;      // of events_
};

inline bool ScanningPoller::Deliver(int fd, Readiness found, uint16_t raw) {
  const ScanEntry& entry = table_[fd];
  constexpr Interest kPlain = ~Interest::kErrors;
  const Readiness asked = found & static_cast<Readiness>(entry.interest & kPlain);
  if (ABSL_PREDICT_FALSE(asked != found || found == Readiness::kNone ||
                         entry.trigger != Trigger::kLevel)) {
    return DeliverSlow(fd, found, raw);
  }
  return Fill(entry, fd, found, raw);
}

}  // namespace someos::poller_base

#endif  // SOMEOS_BACKENDS_POLLER_BASE_SCANNING_POLLER_H_
