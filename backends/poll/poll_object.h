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
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "someos/api/waitable.h"
#include "someos/backends/base/deadline.h"
#include "someos/backends/poll/poll_constants.h"
#include "someos/backends/poll/poll_registrations.h"
#include "someos/backends/poll/poll_system.h"

namespace someos::select {

// One descriptor that Poll::Wait has something to say about, as Python's pair (fd, event).
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

// Descriptors to be waited for by poll(2). It owns none of them, and does not look at one before
// Wait does: a number that is not open may be registered, and one that was closed may be
// unregistered. Costs grow with how many there are, not with how high they are.
//
//   Poll poll;
//   poll.Register(socket, kPollIn).IgnoreError();
//   for (auto [fd, events] : *poll.Wait(absl::Seconds(1))) ...
//
// Threads: any may Register, Modify, Unregister while one of them is in Wait, which goes on with
// what there was when it began; the next Wait sees the change. No lock is held while waiting.
// Moving and destruction need the object to be otherwise unused.
//
// Fork: the child has a copy of its own. It may Wait even if another thread of its parent was
// waiting at that moment; but if another thread was within one of the short sections that look at
// the registrations, its lock stays locked in the child, as with any object that threads share.
//
// All systems that have a poll(2) that works; some versions of macOS's do not support terminals and
// other devices. Sources: Python's select.poll, poll(2).
class Poll {
 public:
  // Nothing is registered. It takes no descriptor, and cannot fail.
  Poll() : Poll(RealPollSystem()) {}
  explicit Poll(const PollSystem& system);  // which must outlive the object
  // What was moved from is a Poll with nothing registered.
  Poll(Poll&& other) noexcept;
  Poll& operator=(Poll&& other) noexcept;

  // Registers a waitable (see api/waitable.h), or gives a registered one another mask; it keeps its
  // place in the order of Wait's results then. kPollErr, kPollHup and kPollNval are always
  // reported, even with a mask of 0. What the mask has beyond the constants goes to the kernel as
  // it is.
  //
  // kInvalidArgument (ValueError): DescriptorOf has it; "value must be positive" of a negative
  // mask. kOutOfRange (OverflowError): "Python int too large for C unsigned short" of a mask of
  // more than 65535.
  template <typename Waitable>
  absl::Status Register(const Waitable& waitable,
                        int64_t eventmask = kPollIn | kPollPri | kPollOut) {
    const absl::StatusOr<int> fd = DescriptorOf(waitable);
    return fd.ok() ? RegisterFd(*fd, eventmask) : fd.status();
  }

  // Gives a registered waitable another mask. ENOENT (OSError): it is not registered; else as
  // Register, which is checked first.
  template <typename Waitable>
  absl::Status Modify(const Waitable& waitable, int64_t eventmask) {
    const absl::StatusOr<int> fd = DescriptorOf(waitable);
    return fd.ok() ? ModifyFd(*fd, eventmask) : fd.status();
  }

  // Forgets a waitable. kNotFound without an errno (KeyError): it is not registered.
  template <typename Waitable>
  absl::Status Unregister(const Waitable& waitable) {
    const absl::StatusOr<int> fd = DescriptorOf(waitable);
    return fd.ok() ? UnregisterFd(*fd) : fd.status();
  }

  // Python's poll(), which in C++ cannot be a method of a class of that name. Waits until there is
  // something to report of a registered descriptor, or `timeout` is over, which gives no events.
  // In the order of their first registration; an event's mask can have what the registration's
  // has, and kPollErr, kPollHup, kPollNval. A descriptor that is not open is reported (kPollNval)
  // each time until it is unregistered. On Linux the end of a pipe is kPollHup alone; other systems
  // may add kPollIn.
  //
  // `timeout`: nothing, absl::InfiniteDuration() or a negative one waits without end; zero does not
  // wait. Signals do not shorten the wait nor end it.
  //
  // kOutOfRange (OverflowError): "timeout is too large", more than INT_MAX milliseconds either way.
  // kFailedPrecondition (RuntimeError): "concurrent poll() invocation", another thread is in Wait.
  // EINVAL (OSError): more descriptors than RLIMIT_NOFILE. ENOMEM: from the kernel.
  absl::StatusOr<std::vector<PollEvent>> Wait(std::optional<absl::Duration> timeout = std::nullopt);

 private:
  absl::Status RegisterFd(int fd, int64_t eventmask);
  absl::Status ModifyFd(int fd, int64_t eventmask);
  absl::Status UnregisterFd(int fd);
  internal::PollRegistrations TakeRegistrations();
  // The wait itself, on watched_.
  absl::StatusOr<std::vector<PollEvent>> WaitUntil(base::Deadline& deadline);

  const PollSystem* system_;
  absl::Mutex mutex_;
  internal::PollRegistrations registrations_ ABSL_GUARDED_BY(mutex_);
  bool changed_ ABSL_GUARDED_BY(mutex_) = false;  // since watched_ was made of registrations_
  bool waiting_ ABSL_GUARDED_BY(mutex_) = false;
  uint32_t waiting_generation_ ABSL_GUARDED_BY(mutex_) = 0;  // of forks, when waiting_ was set
  std::vector<pollfd> watched_;  // the kernel's copy; belongs to whoever has set waiting_
};

}  // namespace someos::select

#endif  // SOMEOS_BACKENDS_POLL_POLL_OBJECT_H_
