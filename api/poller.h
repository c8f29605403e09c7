// The abstract Poller: one contract for select, poll, epoll and kqueue.
//
// A Poller holds registrations and waits until some of them are ready. A registration is a
// descriptor with an interest, a trigger mode and a 64-bit value chosen by the caller:
//
//   absl::StatusOr<std::unique_ptr<someos::Poller>> poller = someos::NewPoller();
//   if (!poller.ok()) return poller.status();
//   absl::Status added = (*poller)->Register(fd, someos::Interest::kReadable);
//   ...
//   someos::Event events[64];
//   absl::StatusOr<size_t> n = (*poller)->Wait(events, absl::Seconds(1));
//   for (const someos::Event& event : absl::MakeSpan(events, n.value_or(0))) { ... }
//
// The contract is the same on every backend. A backend's header lists its deviations, if any.
//
//  1. Errors. Every call that can fail returns a status. ErrnoOf() (errno_status.h) extracts its
//     errno, and its message names the operation and the descriptor. A negative descriptor fails
//     with EBADF without a system call. Wake and the destructor preserve the variable errno; after
//     other calls its value is unspecified.
//  2. Descriptor reuse. A number that was closed without Unregister and then reused by the kernel
//     can be registered again. No stale event, that is, one of the old file, is reported under the
//     new registration.
//  3. Events. The readiness mask is normalised (event.h). Hang-up, error and invalid are reported
//     for every interest except kNone. With kNone nothing is reported, and no condition makes the
//     poller spin.
//  4. Data. The 64-bit value of a registration is returned with each of its events.
//  5. Triggers. Level-triggered and one-shot on every backend; edge-triggered where the mechanism
//     supports it.
//  6. Waiting. A timeout never ends early; it is measured on CLOCK_MONOTONIC, with the finest
//     resolution that the kernel offers. After EINTR the wait continues with the same deadline.
//     Waiting is never a busy loop and allocates no memory.
//  7. Fairness. If more descriptors are ready than there is room for events, each ready one is
//     reported within a bounded number of waits. What the kernel reports to one system call only is
//     not lost (on Linux: changes of /proc/self/mounts and others of procfs, perf events).
//  8. Threads. Any thread may call Register, Modify, Unregister, Apply and Wake at any time, also
//     while another thread is in Wait: the running Wait takes the change into account. Only one
//     thread at a time may be in Wait; a second concurrent Wait is refused. No call changes the
//     disposition of a signal or a thread's signal mask. A thread may be cancelled in Wait
//     (pthread_cancel, deferred): where that unwinds the stack (glibc, in programs with
//     exceptions), the poller works on; an edge or a one-shot that was about to be returned may be
//     lost. The threads share one table of descriptors, as all do that have not called unshare(2).
//     PollerOptions::externally_synchronized gives up all of this, except for Wake.
//  9. Fork. In a forked child every call except the destructor and RebuildAfterFork() is refused,
//     and the parent's kernel object is not touched. So it is in a child of _Fork() or of a bare
//     clone() on Linux (4.14), FreeBSD and OpenBSD. Descriptors are close-on-exec. At the time of
//     the fork a thread may be in Wait; none may be in another call. The poller's own descriptors
//     are closed in the child if it is certain that their numbers still name them, otherwise they
//     stay open: the child may have given the numbers to files of its own. They are never 0, 1
//     or 2.
// 10. Regular files are always readable and writable, as with poll(2), on every backend.
// 11. Batches. Apply() makes many changes. A change that fails is identified by its index, and the
//     others are still applied.
// 12. Cost. The wait path makes no system call, lock operation, allocation or clock read beyond
//     those that the points above require, but this: a wait that may block may begin with a system
//     call that does not. Such calls become rare while they find nothing.
//
// Closing a descriptor: Unregister it first. On epoll and kqueue the kernel forgets a closed
// descriptor (unless a duplicate of it is open); poll and select report it as kInvalid once, unless
// the number names another file by then, whose events they take for those of the closed one. The
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

// What a backend's mechanism supports, so that callers and tests can query it instead of guessing.
struct Capabilities {
  // Trigger::kEdge works; otherwise Register and Modify refuse it with kUnimplemented.
  bool edge = false;
  // Trigger::kExclusive works; otherwise Register and Modify refuse it with kUnimplemented.
  bool exclusive = false;
  // kHangup and kError are reported as such. Without it (select) both show as readable and writable
  // only.
  bool hangup = false;
  // Interest::kErrors alone works; otherwise Register and Modify refuse it with kUnimplemented.
  bool errors_alone = false;
  // fd() returns a descriptor; otherwise it fails with kUnimplemented.
  bool nestable = false;
  // kReadHangup is reported. Without it a peer that shut down writing shows as readable only.
  bool read_hangup = false;
  // Interest::kPriority is reported; otherwise Register and Modify refuse it.
  bool priority = false;
  // A descriptor that was closed without Unregister is reported as kInvalid.
  bool invalid = false;
  // The resolution of timeouts on the running kernel; Wait rounds up to a multiple of it.
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
  // Releases the kernel object and the poller's own descriptors. The registered descriptors stay
  // open. No thread may be inside any other call. Safe in a forked child.
  virtual ~Poller() = default;
  Poller(const Poller&) = delete;
  Poller& operator=(const Poller&) = delete;

  // Starts watching `fd`; the caller keeps its ownership. `data` is returned with its events.
  //
  // EBADF: negative, not open, or opened as a path only (Linux's O_PATH). EEXIST: already
  // registered, and still the same file. EINVAL: one of the poller's own descriptors, which the
  // message says; or Trigger::kExclusive with any interest but kReadable, kWritable or both, or
  // with an epoll object. kOutOfRange (with EINVAL): the mechanism cannot watch this number.
  // kUnimplemented: a trigger or interest that capabilities() does not list. ENOMEM, ENOSPC: limits
  // of the kernel.
  absl::Status Register(int fd, Interest interest, uint64_t data = 0,
                        Trigger trigger = Trigger::kLevel) {
    if (fd < 0) return NegativeFd("register", fd);
    return DoRegister(fd, interest, data, trigger);
  }

  // Replaces the interest, data and trigger of a registered `fd`, and re-arms a one-shot.
  //
  // ENOENT: not registered, or the number now names another file. EBADF: negative, or closed.
  // EINVAL: the registration is, or is to become, exclusive; Unregister and Register it instead.
  absl::Status Modify(int fd, Interest interest, uint64_t data = 0,
                      Trigger trigger = Trigger::kLevel) {
    if (fd < 0) return NegativeFd("modify", fd);
    return DoModify(fd, interest, data, trigger);
  }

  // Stops watching `fd`. Succeeds for every registered number, whether its file is still open or
  // not. Events of it that a running Wait has already collected may still be returned, once.
  //
  // ENOENT: not registered. EBADF: negative.
  absl::Status Unregister(int fd) {
    if (fd < 0) return NegativeFd("unregister", fd);
    return DoUnregister(fd);
  }

  // Applies all changes in order. A change that fails does not stop the ones after it. Returns the
  // first failure, with "change <index>: " before its message. `failed`, if given, receives every
  // failure.
  ABSL_MUST_USE_RESULT absl::Status Apply(absl::Span<const Change> changes,
                                          std::vector<FailedChange>* failed = nullptr) {
    return DoApply(changes, failed);
  }

  // Waits until a registered descriptor is ready, Wake is called or `timeout` has passed, and fills
  // `events` from its beginning. Returns how many it filled; 0 after a timeout or a Wake. The
  // contents of the rest of `events` are unspecified afterwards.
  //
  // `timeout`: absl::InfiniteDuration() blocks; zero or less checks without blocking; every other
  // value is rounded up to the resolution of the kernel's timeouts and never ends early.
  //
  // EINVAL: `events` is empty. kFailedPrecondition: another thread is in Wait, or the poller was
  // made before a fork. EINTR only if the poller was made with `return_on_signal`. The errno of
  // clock_gettime(2) if a sandbox does not let the clock be read. On epoll, ENFILE, ENOMEM or
  // ENOSPC, if there is nothing to report but what a descriptor that was closed before it was
  // unregistered has left, and that cannot be cleared away; the next Wait tries again. (EMFILE as
  // well, if there was no number left when it was unregistered either.)
  ABSL_ATTRIBUTE_ALWAYS_INLINE absl::StatusOr<size_t> Wait(absl::Span<Event> events,
                                                           absl::Duration timeout) {
    if (ABSL_PREDICT_FALSE(events.empty())) return NoRoom().Take();
    // Inline, so that these comparisons cost nothing where the caller's timeout is a constant.
    if (timeout == absl::InfiniteDuration()) return DoWaitForever(events).Take();
    if (timeout <= absl::ZeroDuration()) return DoLook(events).Take();
    return DoWait(events, timeout).Take();
  }

  // Makes the running Wait, or the next one if none is running, return at once. Several calls
  // before that Wait returns are coalesced into one. Thread-safe and async-signal-safe, also where
  // it fails: it allocates nothing.
  //
  // kFailedPrecondition: the poller was made before a fork. Otherwise it fails only if the poller's
  // own descriptor was closed by other code, with the errno of write(2): EBADF, or the error of the
  // file that has the number now.
  absl::Status Wake() { return DoWake(); }

  // In a forked child: creates a kernel object for the child and registers in it, one by one, what
  // the parent had registered at the time of the fork. Tries all of them, and returns the error of
  // the first descriptor that could not be registered again (because it is closed, for example);
  // such a descriptor is unregistered then. In the process that made the poller: a no-op, OK.
  //
  // kFailedPrecondition: another thread of the child is in a call; or one of the parent was, for a
  // moment even in Wait, when the child was made without fork handlers (a bare clone(), _Fork()).
  // Then it is not known what the parent had registered, and all that remains to be done with the
  // poller is to destroy it.
  absl::Status RebuildAfterFork() { return DoRebuildAfterFork(); }

  // The error behind a kError or kHangup event: reads and clears the pending error of the socket
  // `fd` (SO_ERROR). Returns its errno, or 0 if none is pending or `fd` is not a socket.
  //
  // If it returns 0 for a socket with kError and without kHangup, the socket has messages in its
  // error queue, and is reported until they are read with recvmsg(MSG_ERRQUEUE):
  // api/error_queues.md.
  //
  // ENOENT: not registered, or the number now names another file, whose error is left alone. (That
  // is checked before the error is taken; no other thread may close the number meanwhile.) EBADF:
  // negative, or closed.
  absl::StatusOr<int> TakeError(int fd) {
    if (fd < 0) return NegativeFd("take error of", fd);
    return DoTakeError(fd);
  }

  // A descriptor with which another event loop (a second Poller, poll(2), a toolkit's main loop)
  // can wait for this poller. It is readable while Wait has something to return: an event of a
  // registered descriptor, including files that are always ready, or a pending Wake. It may also be
  // readable after a change by another thread, or while there are only conditions that Wait does
  // not report; then Wait returns 0. When it is readable, call Wait with a timeout of zero; if the
  // other loop is edge-triggered, until it returns 0. Nothing else may be done with it: do not
  // read, change or close it. It remains the same until RebuildAfterFork, after which this is to be
  // called again. The first call may slow down later ones: call it only if it is needed.
  // Thread-safe.
  //
  // kUnimplemented: capabilities().nestable is false (poll and select, which have no such object,
  // and libkqueue). Then call Wait in a thread of its own, or register the descriptors with the
  // other loop. kFailedPrecondition: the poller was made before a fork. EMFILE, ENFILE, ENOMEM,
  // ENOSPC.
  absl::StatusOr<int> fd() { return DoFd(); }

  // All registrations in the order of their descriptors, including those that are paused, have
  // fired (one-shot) or were closed without Unregister. Thread-safe. Empty in a forked child in
  // which RebuildAfterFork() fails with kFailedPrecondition.
  virtual std::vector<Registration> registrations() const = 0;

  // Statistics since the poller was made. Thread-safe.
  virtual Counters counters() const = 0;

  // The backend's name: "select", "poll", "epoll" or "kqueue".
  virtual absl::string_view name() const = 0;

  // What this poller supports on the running kernel.
  virtual Capabilities capabilities() const = 0;

 protected:
  Poller() = default;

  static absl::Status NegativeFd(absl::string_view operation, int fd) {
    return ErrnoStatus(EBADF, absl::StrCat(operation, " fd ", fd));
  }

  absl::Status ApplyOne(const Change& change);

  // Collects the failures of a batch for Apply.
  class BatchFailures {
   public:
    explicit BatchFailures(std::vector<FailedChange>* failed) : failed_(failed) {}
    // Called in the order of `index`; an OK `status` is ignored.
    void Add(size_t index, absl::Status status);
    const absl::Status& first() const { return first_; }

   private:
    std::vector<FailedChange>* const failed_;
    absl::Status first_;
  };

  // To be overridden where Capabilities::nestable is true.
  virtual absl::StatusOr<int> DoFd() {
    return PlainStatus(absl::StatusCode::kUnimplemented,
                       absl::StrCat("fd: ", name(), " has no descriptor to wait for"));
  }
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
  // The waits that need no clock: with an infinite timeout, and without blocking. A backend may
  // override them with a faster path than DoWait's.
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
  return PlainStatus(absl::StatusCode::kInvalidArgument, "apply: no such operation");
}

inline void Poller::BatchFailures::Add(size_t index, absl::Status status) {
  if (ABSL_PREDICT_TRUE(status.ok())) return;
  if (first_.ok()) {
    first_ = PlainStatus(status.code(), absl::StrCat("change ", index, ": ", status.message()));
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
