// Python's select.epoll: Linux's epoll(7) as it is, without the promises of someos/api/poller.h.

#ifndef SOMEOS_BACKENDS_EPOLL_EPOLL_OBJECT_H_
#define SOMEOS_BACKENDS_EPOLL_EPOLL_OBJECT_H_

#include <atomic>
#include <cstdint>
#include <optional>
#include <ostream>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "someos/api/waitable.h"
#include "someos/backends/epoll/epoll_constants.h"
#include "someos/backends/epoll/epoll_system.h"
#include "someos/backends/epoll/epoll_waiter.h"

namespace someos::select {

// One pair of what Epoll::Poll returns: `auto [fd, events] = ...`.
struct EpollEvent {
  int fd = -1;          // the number that was registered
  uint32_t events = 0;  // kEpollIn and so on

  friend bool operator==(const EpollEvent& a, const EpollEvent& b) {
    return a.fd == b.fd && a.events == b.events;
  }
  friend bool operator!=(const EpollEvent& a, const EpollEvent& b) { return !(a == b); }
  // "(fd 7, EPOLLIN|EPOLLHUP)".
  template <typename Sink>
  friend void AbslStringify(Sink& sink, const EpollEvent& event) {
    sink.Append(absl::StrCat("(fd ", event.fd, ", ", EpollMaskNames(event.events), ")"));
  }
  friend std::ostream& operator<<(std::ostream& stream, const EpollEvent& event) {
    return stream << absl::StrCat(event);
  }
};

// An epoll object of the kernel, by the methods and rules of Python 3.13's select.epoll.
//
//   absl::StatusOr<Epoll> epoll = Epoll::Create();
//   absl::Status added = epoll->Register(socket, kEpollIn);
//   for (const auto& [fd, events] : epoll->Poll(absl::Seconds(1)).value()) { ... }
//
// Linux only. Deviations from Python:
//  - fileno() of a closed object is -1, so that passing it where a descriptor is wanted fails as
//    a negative descriptor does; Python raises ValueError at once.
//  - FromFd() refuses every negative number; Python takes -1 for "make a new one".
//  - Timeouts have a nanosecond's resolution from Linux 5.11 on, where Python rounds up to
//    milliseconds.
//  - Poll() reports at most 2^20 events, however many it is asked for.
//
// What a user of the kernel's epoll should know:
//  - It watches files, not numbers. A number closed without Unregister while a duplicate of it is
//    open goes on being reported, and can no more be unregistered (T1). Unregister before closing.
//  - A forked child shares the kernel object: what it registers or unregisters, the parent's
//    object has registered or unregistered as well (T2). Close() in the child closes the child's
//    number alone.
//  - Regular files and directories are refused with EPERM (T20).
//
// Errors: the status of a refused system call carries its errno (ErrnoOf). An operation on a
// closed object is kInvalidArgument "I/O operation on closed epoll object". Waitables (see
// someos/api/waitable.h) are looked at first: a negative one is kInvalidArgument as well.
//
// Threads: any method at any time, except that moving and destroying need the object for
// themselves. After a Close() a Poll() of another thread waits on, on what was the kernel object,
// until it has something to report, its time is up, or a signal makes it notice (EBADF). A call
// that another thread's Close() overtakes may find the number closed, or reused, as in Python.
class Epoll {
 public:
  // epoll_create1(2); always close-on-exec.
  //
  // `sizehint` has no effect; 0, and less than -1, is kInvalidArgument. `flags` other than 0 and
  // kEpollCloexec: EINVAL. EMFILE, ENFILE, ENOMEM from the kernel; ENOSYS in a sandbox without
  // epoll. `system`, for tests, must outlive the object.
  static absl::StatusOr<Epoll> Create(int sizehint = -1, int flags = 0,
                                      const EpollSystem& system = RealEpollSystem());

  // Takes over an epoll descriptor: Close() and the destructor close it. It is left as it is, in
  // particular whether it is close-on-exec; that it is an epoll object is not checked, its use
  // gives EBADF or EINVAL. kInvalidArgument: negative.
  static absl::StatusOr<Epoll> FromFd(int fd, const EpollSystem& system = RealEpollSystem());

  // The source is a closed object afterwards.
  Epoll(Epoll&& other) noexcept;
  Epoll& operator=(Epoll&& other) noexcept;
  ~Epoll() { Close(); }

  // Starts watching `waitable`. EEXIST: watched already. EBADF: not open. EPERM: a file that epoll
  // does not support. EINVAL: this object itself; kEpollExclusive with a bit that excludes it.
  // ELOOP: epoll objects watching one another, or too deep. ENOSPC: fs.epoll.max_user_watches.
  template <typename Waitable>
  absl::Status Register(const Waitable& waitable,
                        uint32_t eventmask = kEpollIn | kEpollPri | kEpollOut) {
    return Control(kRegister, DescriptorOf(waitable), eventmask);
  }

  // Replaces the whole mask, edge trigger and one-shot included; arms a one-shot again, and an
  // edge that still holds. ENOENT: not watched. EBADF: not open. EINVAL: it is, or is to be,
  // kEpollExclusive.
  template <typename Waitable>
  absl::Status Modify(const Waitable& waitable, uint32_t eventmask) {
    return Control(kModify, DescriptorOf(waitable), eventmask);
  }

  // Stops watching `waitable`. ENOENT: not watched. EBADF: not open, as Python has it since 3.9.
  template <typename Waitable>
  absl::Status Unregister(const Waitable& waitable) {
    return Control(kUnregister, DescriptorOf(waitable), 0);
  }

  // Waits until something is ready, and returns it; nothing after a timeout.
  //
  // `timeout`: none, absl::InfiniteDuration() and -1 ms or less block; what is between -1 ms and 0
  // does not block at all; the rest is never cut short, a signal only interrupts it to go on. More
  // than INT_MAX milliseconds: kOutOfRange. `maxevents`: -1 stands for FD_SETSIZE - 1; 0 and
  // less than -1 is kInvalidArgument; more than INT_MAX / sizeof(epoll_event) EINVAL. What does not
  // fit is reported by the next calls, in turn. EBADF: closed while it waited. ENOMEM: no memory
  // for more than FD_SETSIZE events.
  absl::StatusOr<std::vector<EpollEvent>> Poll(std::optional<absl::Duration> timeout = std::nullopt,
                                               int maxevents = -1);

  // Closes the descriptor. Never fails; once more does nothing.
  void Close();
  bool closed() const { return fileno() < 0; }

  // The descriptor of the epoll object, which makes it a waitable itself (readable while something
  // is ready); -1 if it is closed.
  int fileno() const { return fd_.load(std::memory_order_relaxed); }

 private:
  struct Operation {
    int number;
    absl::string_view name;
  };
  static const Operation kRegister;
  static const Operation kModify;
  static const Operation kUnregister;

  Epoll(int fd, const EpollSystem& system) : system_(&system), waiter_(system), fd_(fd) {}

  absl::Status Control(const Operation& operation, const absl::StatusOr<int>& fd,
                       uint32_t eventmask);
  absl::StatusOr<std::vector<EpollEvent>> PollInto(epoll_event* room, int size,
                                                   base::Deadline deadline);

  const EpollSystem* system_;
  EpollWaiter waiter_;
  std::atomic<int> fd_;
};

}  // namespace someos::select

#endif  // SOMEOS_BACKENDS_EPOLL_EPOLL_OBJECT_H_
