// Python's select.epoll: Linux's epoll(7) as it is, without the contract of someos/api/poller.h.

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
#include "someos/api/on_signal.h"
#include "someos/api/waitable.h"
#include "someos/backends/epoll/epoll_constants.h"
#include "someos/backends/epoll/epoll_system.h"
#include "someos/backends/epoll/epoll_waiter.h"
#include "someos/backends/poller_base/look_back_off.h"

namespace someos::select {

// One element of the result of Epoll::Poll: `auto [fd, events] = ...`.
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

// An epoll object of the kernel, with the methods and rules of Python 3.13's select.epoll.
//
//   absl::StatusOr<Epoll> epoll = Epoll::Create();
//   absl::Status added = epoll->Register(socket, kEpollIn);
//   for (const auto& [fd, events] : epoll->Poll(absl::Seconds(1)).value()) { ... }
//
// Linux only. Deviations from Python:
//  - fileno() of a closed object is -1, so that using it as a descriptor fails like any negative
//    descriptor; Python raises ValueError at once.
//  - FromFd() refuses every negative number; in Python -1 means "make a new one".
//  - Timeouts have a resolution of a nanosecond since Linux 5.11; Python rounds up to milliseconds.
//  - Poll() reports at most 2^20 events, even if it is asked for more.
//
// What a user of the kernel's epoll should know:
//  - It watches files, not numbers. If a number is closed without Unregister while a duplicate of
//    it is open, its events continue, and it can no longer be unregistered. Unregister before
//    closing.
//  - A forked child shares the kernel object: what the child registers or unregisters, changes the
//    parent's object as well. Close() in the child closes only the child's descriptor.
//  - Regular files and directories are refused with EPERM.
//
// Errors: the status of a refused system call carries its errno (ErrnoOf). An operation on a closed
// object is kInvalidArgument "I/O operation on closed epoll object". Waitables (see
// someos/api/waitable.h) are checked first: a negative one is kInvalidArgument as well.
//
// Threads: any thread may call any method at any time, except that no other call may run while the
// object is moved or destroyed. If one thread calls Close() while another is in Poll(), that Poll()
// continues to wait on the old kernel object until it has something to report, times out, or is
// interrupted by a signal and then returns EBADF. A call that races with another thread's Close()
// may find the number closed, or reused, as in Python.
class Epoll {
 public:
  // A closed object, to be assigned one that Create or FromFd has made.
  Epoll() : Epoll(-1, RealEpollSystem()) {}

  // epoll_create1(2); always close-on-exec.
  //
  // `sizehint` has no effect; 0 and values below -1 are kInvalidArgument. `flags` other than 0 and
  // kEpollCloexec: EINVAL. EMFILE, ENFILE, ENOMEM: from the kernel. ENOSYS: in a sandbox without
  // epoll. `system`, for tests, must outlive the object.
  static absl::StatusOr<Epoll> Create(int sizehint = -1, int flags = 0,
                                      const EpollSystem& system = RealEpollSystem());

  // Takes ownership of an epoll descriptor: Close() and the destructor close it. Its flags,
  // including close-on-exec, are not changed. Whether it is an epoll object is not checked; if not,
  // its use fails with EBADF or EINVAL. kInvalidArgument: negative.
  static absl::StatusOr<Epoll> FromFd(int fd, const EpollSystem& system = RealEpollSystem());

  // The source is a closed object afterwards.
  Epoll(Epoll&& other) noexcept;
  Epoll& operator=(Epoll&& other) noexcept;
  ~Epoll() { Close(); }

  // Starts watching `waitable`. EEXIST: already watched. EBADF: not open. EPERM: a file that epoll
  // does not support. EINVAL: this object itself; kEpollExclusive with a bit that does not allow
  // it. ELOOP: epoll objects that watch each other, or are nested too deeply. ENOSPC:
  // fs.epoll.max_user_watches.
  template <typename Waitable>
  absl::Status Register(const Waitable& waitable,
                        uint32_t eventmask = kEpollIn | kEpollPri | kEpollOut) {
    return Control(kRegister, DescriptorOf(waitable), eventmask);
  }

  // Replaces the whole mask, including the edge-triggered and one-shot bits. Re-arms a one-shot,
  // and an edge-triggered condition that still holds. ENOENT: not watched. EBADF: not open. EINVAL:
  // the old or the new mask has kEpollExclusive.
  template <typename Waitable>
  absl::Status Modify(const Waitable& waitable, uint32_t eventmask) {
    return Control(kModify, DescriptorOf(waitable), eventmask);
  }

  // Stops watching `waitable`. ENOENT: not watched. EBADF: not open, as in Python since 3.9.
  template <typename Waitable>
  absl::Status Unregister(const Waitable& waitable) {
    return Control(kUnregister, DescriptorOf(waitable), 0);
  }

  // Waits until something is ready and returns the events; none after a timeout.
  //
  // `timeout`: std::nullopt, absl::InfiniteDuration() and -1 ms or less block; values between -1 ms
  // and 0 do not block; other timeouts never end early, because of a signal only if `on_signal` is
  // kReturn: EINTR. More than INT_MAX milliseconds, positive or negative: kOutOfRange. `maxevents`:
  // -1 means FD_SETSIZE - 1; 0 and values below -1 are kInvalidArgument; more than INT_MAX /
  // sizeof(epoll_event) is EINVAL. Events that do not fit are reported by the next calls, in turn.
  // EBADF: closed while it waited. ENOMEM: no memory for a buffer of FD_SETSIZE or more events. The
  // errno of clock_gettime(2), if a sandbox does not let the clock be read.
  absl::StatusOr<std::vector<EpollEvent>> Poll(std::optional<absl::Duration> timeout = std::nullopt,
                                               int maxevents = -1,
                                               OnSignal on_signal = OnSignal::kContinue);

  // Closes the descriptor. Never fails; further calls are no-ops.
  void Close();
  bool closed() const { return fileno() < 0; }

  // The descriptor of the epoll object; -1 if it is closed. It makes the object a waitable, which
  // is readable while something is ready.
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
  absl::StatusOr<std::vector<EpollEvent>> PollInto(epoll_event* buffer, int size,
                                                   base::Deadline deadline, OnSignal on_signal);
  int WaitOnce(int epoll_fd, epoll_event* buffer, int size, base::Deadline& deadline);

  const EpollSystem* system_;
  EpollWaiter waiter_;
  poller_base::LookBackOff looks_;
  std::atomic<int> fd_;
};

}  // namespace someos::select

#endif  // SOMEOS_BACKENDS_EPOLL_EPOLL_OBJECT_H_
