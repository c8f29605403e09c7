// The abstract Poller: one contract for select, poll, epoll and kqueue.
//
// A Poller holds registrations, each a descriptor with an interest, a trigger mode and a 64-bit
// value of the caller's, and waits until some of them are ready:
//
//   absl::StatusOr<std::unique_ptr<someos::Poller>> poller = someos::NewPoller();
//   if (!poller.ok()) return poller.status();
//   absl::Status added = (*poller)->Register(fd, someos::Interest::kReadable);
//   ...
//   someos::Event events[64];
//   absl::StatusOr<size_t> n = (*poller)->Wait(events, absl::Seconds(1));
//   for (const someos::Event& event : absl::MakeSpan(events, n.value_or(0))) { ... }
//
// The contract, the same on every backend. A backend's header states only where it deviates.
//
//  1. Errors. Every fallible call returns a status whose errno ErrnoOf() reads back (see
//     errno_status.h) and whose message names the operation and the descriptor. A negative
//     descriptor is EBADF without a system call. The variable errno is as before after Wake and
//     the destructor, and unspecified after other calls.
//  2. Descriptor reuse. A number that was closed without Unregister, and given out again by the
//     kernel, can be registered anew; no event of the old file is reported under the new
//     registration.
//  3. Events. One normalised mask (event.h). Hangup, error and invalid are reported with any
//     interest but kNone; an interest of kNone reports nothing and never spins.
//  4. Data. A registration's 64-bit value comes back with each of its events.
//  5. Triggers. Level and one-shot everywhere, edge where the mechanism has it.
//  6. Waiting. Never early, never a busy loop, no allocation, against CLOCK_MONOTONIC, with the
//     finest timeout the kernel offers; an EINTR is retried against the same deadline.
//  7. Fairness. With more descriptors ready than room for events, each ready one is reported
//     within a bounded number of waits.
//  8. Threads. Any thread may call Register, Modify, Unregister, Apply and Wake at any time, also
//     while another waits: the running Wait sees the change. Wait itself is for one thread at a
//     time; a second concurrent Wait is refused. No call changes what a signal does or which
//     signals a thread blocks. PollerOptions::externally_synchronized gives all of this up but
//     Wake.
//  9. Fork. In a forked child every call but the destructor and RebuildAfterFork() is refused,
//     and the parent's kernel object is left alone. Descriptors are close-on-exec. A thread may
//     be in Wait at the time of the fork; none may be in another call.
// 10. Regular files are always readable and writable, as poll(2) has it, on every backend.
// 11. Batches. Apply() takes many changes; one that fails names itself, the others still apply.
// 12. Cost. No system call, lock, allocation or clock read on the wait path but those the lines
//     above need.
//
// Closing a descriptor: Unregister it first. The kernel forgets a closed descriptor on epoll and
// kqueue (unless a duplicate of it is open), and poll and select report it as kInvalid once; the
// registration stays until it is unregistered or its number is registered again.

#ifndef SOMEOS_API_POLLER_H_
#define SOMEOS_API_POLLER_H_

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "absl/base/attributes.h"
#include "absl/base/optimization.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "someos/api/diagnostics.h"
#include "someos/api/errno_status.h"
#include "someos/api/event.h"
#include "someos/api/interest.h"
#include "someos/api/wait_outcome.h"

namespace someos {

// What a backend's mechanism can and cannot do, so that callers and tests ask instead of guess.
struct Capabilities {
  // Trigger::kEdge works; otherwise Register and Modify refuse it with kUnimplemented.
  bool edge = false;
  // kHangup and kError are told apart from "readable" and "writable". Without it (select) both
  // show as readable and writable only.
  bool hangup = false;
  // kReadHangup is reported; without it a half-closed peer shows as readable only.
  bool read_hangup = false;
  // Interest::kPriority is reported; without it Register and Modify refuse it.
  bool priority = false;
  // A descriptor closed behind the poller's back is reported as kInvalid.
  bool invalid = false;
  // The finest timeout the running kernel honours; Wait rounds up to a multiple of it.
  absl::Duration timeout_resolution = absl::Nanoseconds(1);
};

// One entry of a batch; see Poller::Apply.
struct Change {
  enum class Operation : uint8_t { kRegister, kModify, kUnregister };
  Operation operation = Operation::kRegister;
  int fd = -1;
  Interest interest = Interest::kNone;
  Trigger trigger = Trigger::kLevel;
  uint64_t data = 0;

  static Change Register(int fd, Interest interest, uint64_t data = 0,
                         Trigger trigger = Trigger::kLevel) {
    return {Operation::kRegister, fd, interest, trigger, data};
  }
  static Change Modify(int fd, Interest interest, uint64_t data = 0,
                       Trigger trigger = Trigger::kLevel) {
    return {Operation::kModify, fd, interest, trigger, data};
  }
  static Change Unregister(int fd) {
    return {Operation::kUnregister, fd, Interest::kNone, Trigger::kLevel, 0};
  }
};

// A change of a batch that failed.
struct FailedChange {
  size_t index;  // in the span given to Apply
  absl::Status status;
};

class Poller {
 public:
  // Releases the kernel object and the poller's own descriptors; the registered descriptors stay
  // open. No thread may be inside any other call. Safe in a forked child.
  virtual ~Poller() = default;
  Poller(const Poller&) = delete;
  Poller& operator=(const Poller&) = delete;

  // Starts watching `fd`, which stays the caller's. `data` is returned with its events.
  //
  // EBADF: negative or not open. EEXIST: registered already, and still the same file. kOutOfRange
  // (with EINVAL): the mechanism cannot hold this number. kUnimplemented: a trigger or interest
  // that Capabilities denies. ENOMEM, ENOSPC: the kernel's limits.
  absl::Status Register(int fd, Interest interest, uint64_t data = 0,
                        Trigger trigger = Trigger::kLevel) {
    if (fd < 0) return NegativeFd("register", fd);
    return DoRegister(fd, interest, data, trigger);
  }

  // Replaces the interest, data and trigger of a registered `fd`, and arms a one-shot again.
  //
  // ENOENT: not registered, or its number now names another file. EBADF: negative, or closed.
  absl::Status Modify(int fd, Interest interest, uint64_t data = 0,
                      Trigger trigger = Trigger::kLevel) {
    if (fd < 0) return NegativeFd("modify", fd);
    return DoModify(fd, interest, data, trigger);
  }

  // Stops watching `fd`. Succeeds for every registered number, whether its file is still open or
  // not. Events of it that a running Wait has already collected may still be returned once.
  //
  // ENOENT: not registered. EBADF: negative.
  absl::Status Unregister(int fd) {
    if (fd < 0) return NegativeFd("unregister", fd);
    return DoUnregister(fd);
  }

  // Applies all changes in order. A change that fails does not stop the ones after it. Returns
  // the first failure, its message led by "change <index>: "; `failed`, if given, receives
  // every failure.
  ABSL_MUST_USE_RESULT absl::Status Apply(absl::Span<const Change> changes,
                                          std::vector<FailedChange>* failed = nullptr) {
    return DoApply(changes, failed);
  }

  // Waits until a registered descriptor is ready, Wake is called or `timeout` is over, and fills
  // `events` from its beginning. Returns how many it filled; 0 after a timeout or a Wake. What is
  // in the rest of `events` afterwards is unspecified.
  //
  // `timeout`: absl::InfiniteDuration() blocks; zero or less looks without blocking; every other
  // value is rounded up to the clock the kernel offers and never returns early.
  //
  // EINVAL: `events` is empty. kFailedPrecondition: another thread is in Wait, or the poller was
  // made before a fork. EINTR only if the poller was made with `return_on_signal`.
  ABSL_ATTRIBUTE_ALWAYS_INLINE absl::StatusOr<size_t> Wait(absl::Span<Event> events,
                                                           absl::Duration timeout) {
    if (ABSL_PREDICT_FALSE(events.empty())) return NoRoom().Take();
    // Inline, so that it costs nothing where the caller's timeout is a constant.
    if (timeout == absl::InfiniteDuration()) return DoWaitForever(events).Take();
    if (timeout <= absl::ZeroDuration()) return DoLook(events).Take();
    return DoWait(events, timeout).Take();
  }

  // Makes the running Wait, or else the next one, return at once. Several calls before that Wait
  // returns count as one. Safe from any thread and from a signal handler.
  //
  // kFailedPrecondition: the poller was made before a fork. Otherwise it fails only where the
  // poller's own descriptor was closed behind its back, with the errno of write(2): EBADF, or what
  // the file that has its number now says.
  absl::Status Wake() { return DoWake(); }

  // In a forked child: makes a kernel object of the child's own and registers in it, one by one,
  // what the parent had registered at the time of the fork. Returns the first descriptor that
  // could not be registered again (closed, say), after trying all; it is unregistered then. In
  // the process that made the poller: OK, and nothing happens.
  absl::Status RebuildAfterFork() { return DoRebuildAfterFork(); }

  // The error behind a kError or kHangup event: takes it from the socket `fd` (SO_ERROR) and
  // returns its errno, or 0 if none is pending or `fd` is no socket.
  //
  // ENOENT: not registered. EBADF: negative, or closed.
  absl::StatusOr<int> TakeError(int fd) {
    if (fd < 0) return NegativeFd("take error of", fd);
    return DoTakeError(fd);
  }

  // What is registered, in the order of the descriptors, including those that are paused, have
  // fired or were closed without Unregister. From any thread.
  virtual std::vector<Registration> registrations() const = 0;

  // What has happened so far. From any thread.
  virtual Counters counters() const = 0;

  // The backend's name: "select", "poll", "epoll" or "kqueue".
  virtual absl::string_view name() const = 0;

  // What this poller can do on the running kernel.
  virtual Capabilities capabilities() const = 0;

 protected:
  Poller() = default;

  static absl::Status NegativeFd(absl::string_view operation, int fd) {
    return ErrnoStatus(EBADF, absl::StrCat(operation, " fd ", fd));
  }

  absl::Status ApplyOne(const Change& change);

  // What Apply returns and fills in of the changes that fail.
  class BatchFailures {
   public:
    explicit BatchFailures(std::vector<FailedChange>* failed) : failed_(failed) {}
    // In the order of `index`. OK is no failure.
    void Add(size_t index, absl::Status status);
    const absl::Status& first() const { return first_; }

   private:
    std::vector<FailedChange>* const failed_;
    absl::Status first_;
  };

  // The default applies the changes one by one.
  virtual absl::Status DoApply(absl::Span<const Change> changes, std::vector<FailedChange>* failed);

 private:
  ABSL_ATTRIBUTE_NOINLINE static WaitOutcome NoRoom() {
    return ErrnoStatus(EINVAL, "wait: no room for events");
  }
  virtual absl::Status DoRegister(int fd, Interest interest, uint64_t data, Trigger trigger) = 0;
  virtual absl::Status DoModify(int fd, Interest interest, uint64_t data, Trigger trigger) = 0;
  virtual absl::Status DoUnregister(int fd) = 0;
  // `events` is not empty.
  virtual WaitOutcome DoWait(absl::Span<Event> events, absl::Duration timeout) = 0;
  // The waits without a clock: with an infinite timeout, and with none. For a backend that has a
  // shorter path for them than DoWait.
  virtual WaitOutcome DoWaitForever(absl::Span<Event> events) {
    return DoWait(events, absl::InfiniteDuration());
  }
  virtual WaitOutcome DoLook(absl::Span<Event> events) {
    return DoWait(events, absl::ZeroDuration());
  }
  virtual absl::Status DoWake() = 0;
  virtual absl::Status DoRebuildAfterFork() = 0;
  virtual absl::StatusOr<int> DoTakeError(int fd) = 0;
};

inline absl::Status Poller::ApplyOne(const Change& change) {
  switch (change.operation) {
    case Change::Operation::kRegister:
      return Register(change.fd, change.interest, change.data, change.trigger);
    case Change::Operation::kModify:
      return Modify(change.fd, change.interest, change.data, change.trigger);
    case Change::Operation::kUnregister:
      return Unregister(change.fd);
  }
  return absl::InvalidArgumentError("apply: no such operation");
}

inline void Poller::BatchFailures::Add(size_t index, absl::Status status) {
  if (ABSL_PREDICT_TRUE(status.ok())) return;
  if (first_.ok()) {
    first_ = absl::Status(status.code(), absl::StrCat("change ", index, ": ", status.message()));
    if (const int error = ErrnoOf(status); error != 0) {
      first_.SetPayload(kErrnoPayload, absl::Cord(absl::StrCat(error)));
    }
  }
  if (failed_ != nullptr) failed_->push_back({index, std::move(status)});
}

inline absl::Status Poller::DoApply(absl::Span<const Change> changes,
                                    std::vector<FailedChange>* failed) {
  BatchFailures failures(failed);
  for (size_t i = 0; i < changes.size(); ++i) failures.Add(i, ApplyOne(changes[i]));
  return failures.first();
}

}  // namespace someos

#endif  // SOMEOS_API_POLLER_H_
