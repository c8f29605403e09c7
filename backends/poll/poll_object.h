// Python's poll objects.

#ifndef SOMEOS_BACKENDS_POLL_POLL_OBJECT_H_
#define SOMEOS_BACKENDS_POLL_POLL_OBJECT_H_

#include <poll.h>

#include <cstdint>
#include <optional>
#include <ostream>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "someos/api/on_signal.h"
#include "someos/api/waitable.h"
#include "someos/backends/base/deadline.h"
#include "someos/backends/base/process_lock.h"
#include "someos/backends/poll/poll_constants.h"
#include "someos/backends/poll/poll_system.h"
#include "someos/backends/poll/shared_registrations.h"
#include "someos/backends/poller_base/look_back_off.h"

namespace someos::select {

// An event of one descriptor, from Poll::Wait: Python's pair (fd, event).
struct PollEvent {
  int fd;
  int events;  // kPollIn and the like; never 0

  friend bool operator==(const PollEvent& a, const PollEvent& b) {
    return a.fd == b.fd && a.events == b.events;
  }
  friend bool operator!=(const PollEvent& a, const PollEvent& b) { return !(a == b); }

  template <typename Sink>
  friend void AbslStringify(Sink& sink, const PollEvent& event) {
    sink.Append(absl::StrCat("{fd ", event.fd, ": ", PollMaskNames(event.events), "}"));
  }
  friend std::ostream& operator<<(std::ostream& out, const PollEvent& event) {
    return out << absl::StrCat(event);
  }
};

// A set of descriptors to wait for with poll(2). It does not own them, and does not check them
// before Wait: a number that is not open may be registered, and one that was closed may be
// unregistered. The cost depends on how many descriptors there are, not on how high they are.
//
//   Poll poll;
//   poll.Register(socket, kPollIn).IgnoreError();
//   for (auto [fd, events] : *poll.Wait(absl::Seconds(1))) ...
//
// Threads: any thread may call Register, Modify and Unregister while another one is in Wait. The
// running Wait continues with the registrations that it started with; the next Wait uses the new
// ones. No lock is held while waiting. No other call may run while the object is moved or
// destroyed.
//
// Fork: the child has its own copy, and may use it whatever another thread of the parent was doing
// with the object at the time of the fork.
//
// For all systems with a working poll(2); some versions of macOS do not support terminals and other
// devices. Sources: Python's select.poll, poll(2).
class Poll {
 public:
  // Without registrations. Needs no descriptor of its own, and cannot fail.
  Poll() : Poll(RealPollSystem()) {}
  explicit Poll(const PollSystem& system) : system_(&system) {}  // `system` must outlive the object
  // A moved-from object has no registrations.
  Poll(Poll&& other) noexcept;
  Poll& operator=(Poll&& other) noexcept;

  // Registers a waitable (see api/waitable.h), or replaces the mask of a registered one, which then
  // keeps its place in the order of Wait's results. kPollErr, kPollHup and kPollNval are always
  // reported, even with a mask of 0. Bits of the mask other than the constants are passed to the
  // kernel unchanged.
  //
  // Errors of DescriptorOf. kInvalidArgument (ValueError) "value must be positive": a negative
  // mask. kOutOfRange (OverflowError) "Python int too large for C unsigned short": a mask above
  // 65535.
  template <typename Waitable>
  absl::Status Register(const Waitable& waitable,
                        int64_t eventmask = kPollIn | kPollPri | kPollOut) {
    const absl::StatusOr<int> fd = DescriptorOf(waitable);
    return fd.ok() ? RegisterFd(*fd, eventmask) : fd.status();
  }

  // Replaces the mask of a registered waitable. The errors of Register, which are checked first;
  // then ENOENT (OSError): it is not registered.
  template <typename Waitable>
  absl::Status Modify(const Waitable& waitable, int64_t eventmask) {
    const absl::StatusOr<int> fd = DescriptorOf(waitable);
    return fd.ok() ? ModifyFd(*fd, eventmask) : fd.status();
  }

  // Removes a waitable. kNotFound without an errno (KeyError): it is not registered.
  template <typename Waitable>
  absl::Status Unregister(const Waitable& waitable) {
    const absl::StatusOr<int> fd = DescriptorOf(waitable);
    return fd.ok() ? UnregisterFd(*fd) : fd.status();
  }

  // Python's poll(), which in C++ cannot be a method of a class with that name. Waits until there
  // is an event for a registered descriptor, and returns the events in the order of first
  // registration; none if `timeout` has passed. The mask of an event can contain the bits of the
  // registration, and kPollErr, kPollHup and kPollNval. A descriptor that is not open is reported
  // (kPollNval) each time until it is unregistered. On Linux the end of file of a pipe is kPollHup
  // without kPollIn; other systems may add kPollIn.
  //
  // `timeout`: std::nullopt, absl::InfiniteDuration() or a negative one waits forever; zero does
  // not wait. Signals neither shorten nor end the wait, unless `on_signal` is kReturn.
  //
  // kOutOfRange (OverflowError) "timeout is too large": more than INT_MAX milliseconds, positive or
  // negative. kFailedPrecondition (RuntimeError) "concurrent poll() invocation": another thread is
  // in Wait. EINVAL (OSError): more descriptors than RLIMIT_NOFILE. ENOMEM: from the kernel. EINTR:
  // a signal, if `on_signal` asks for it. The errno of clock_gettime(2), if a sandbox does not let
  // the clock be read.
  absl::StatusOr<std::vector<PollEvent>> Wait(std::optional<absl::Duration> timeout = std::nullopt,
                                              OnSignal on_signal = OnSignal::kContinue);

 private:
  absl::Status RegisterFd(int fd, int64_t eventmask);
  absl::Status ModifyFd(int fd, int64_t eventmask);
  absl::Status UnregisterFd(int fd);
  // The wait itself, on watched_.
  absl::StatusOr<std::vector<PollEvent>> WaitUntil(base::Deadline& deadline, OnSignal on_signal)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(waiting_);

  const PollSystem* system_;
  internal::SharedRegistrations registrations_;
  base::ProcessLock waiting_;  // held by a Wait
  // Passed to the kernel.
  std::vector<pollfd> watched_ ABSL_GUARDED_BY(waiting_);
  uint64_t watched_version_ ABSL_GUARDED_BY(waiting_) = 0;
  poller_base::LookBackOff looks_;
};

}  // namespace someos::select

#endif  // SOMEOS_BACKENDS_POLL_POLL_OBJECT_H_
