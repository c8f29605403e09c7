// Python's select.kqueue: a kernel event queue and its single operation, Control.

#ifndef SOMEOS_BACKENDS_KQUEUE_KQUEUE_OBJECT_H_
#define SOMEOS_BACKENDS_KQUEUE_KQUEUE_OBJECT_H_

#include <climits>
#include <initializer_list>
#include <iterator>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "someos/api/errno_status.h"
#include "someos/api/on_signal.h"
#include "someos/backends/base/deadline.h"
#include "someos/backends/kqueue/kernel_queue.h"
#include "someos/backends/kqueue/kevent.h"

namespace someos::select {

// A kqueue(2) on FreeBSD, OpenBSD, NetBSD, DragonFly BSD or macOS; on Linux over libkqueue, whose
// limits are listed in someos/backends/kqueue/libkqueue_emulation.h.
//
//   absl::StatusOr<Kqueue> queue = Kqueue::Create();
//   if (!queue.ok()) return queue.status();
//   auto events = queue->Control({Kevent(socket)}, 10, absl::Seconds(1));
//
// Threads: any thread may call any method at any time, except that no other call may run while the
// object is moved or destroyed. If one thread calls Close while another is in Control, that Control
// fails with EBADF on OpenBSD, NetBSD, macOS and over libkqueue; FreeBSD and DragonFly BSD do not
// wake it, and it ends at its deadline or by a signal. As with close(2), a Control that is
// just starting may use the closed number, or another file that has reused it.
//
// Forks: a child does not inherit the queue. In the child the object is closed, and its number,
// which may belong to another file, is not closed.
//
// A moved-from object is closed.
//
// Source: the Python library's "Kqueue Objects", kqueue(2).
class Kqueue {
 public:
  // A function, or an object with what a test's queue needs to know.
  using QueueMaker = absl::FunctionRef<absl::StatusOr<std::unique_ptr<KernelQueue>>()>;

  // A closed object, to be assigned one that Create or FromFd has made.
  Kqueue() = default;

  // Creates a queue, close-on-exec. EMFILE, ENFILE, ENOMEM. `new_queue` is for tests.
  static absl::StatusOr<Kqueue> Create(QueueMaker new_queue = NewKernelQueueForObject);

  // Takes ownership of the queue with the descriptor `fd`. Whether it is a kqueue is not checked;
  // if not, Control fails with EBADF. kInvalidArgument: negative.
  static absl::StatusOr<Kqueue> FromFd(int fd);

  Kqueue(Kqueue&& other) noexcept = default;
  Kqueue& operator=(Kqueue&& other) noexcept = default;
  // Closes the queue.
  ~Kqueue() = default;

  // Closes the queue; further calls are no-ops. Errors of close(2) are not reported.
  void Close();

  bool closed() const { return fileno() < 0; }

  // The descriptor, which the object still owns; it makes a Kqueue a waitable. -1 if closed (Python
  // raises ValueError), which every function that takes waitables refuses.
  int fileno() const { return queue_ == nullptr ? -1 : queue_->fd(); }

  // Applies the changes, then waits for at most `max_events` events and returns them.
  //
  // `changelist` is std::nullopt (Python's None), a braced list, or any range of Kevents, which is
  // read once from beginning to end. `timeout` limits the wait and counts from the call;
  // std::nullopt, like absl::InfiniteDuration(), blocks until there is an event. A signal handler
  // that runs during the wait does not end it, and the changes are not applied twice. If
  // `on_signal` is kReturn, it does: EINTR, and the changes have been applied; to continue, call
  // with std::nullopt as the changelist.
  //
  // If max_events is 0, applies the changes and returns at once. The first change that fails then
  // determines the error of the call, and the changes after it are not applied. Otherwise each
  // change that fails is returned as a Kevent with kKqEvError and its errno in `data`, and the call
  // does not wait for events; the same holds for a change with kKqEvReceipt, with `data` 0. Leave
  // room for all of them: if there is none left, kernels stop in the middle of the changelist.
  //
  // A call returns at most 65536 events, or as many as there are changes if that is more; the next
  // call returns the others.
  //
  // Errors, in the order of the checks: kInvalidArgument (ValueError): closed; negative max_events;
  // negative timeout. kOutOfRange (OverflowError): a timeout above 2^63 ns; more than INT_MAX
  // changes. Then an errno (OSError): of a change EBADF, EINVAL, ENOENT, ENOMEM, EACCES, ESRCH and
  // others of kevent(2); EBADF: closed in the meantime, or not a kqueue.
  absl::StatusOr<std::vector<Kevent>> Control(std::nullopt_t changelist, int max_events,
                                              std::optional<absl::Duration> timeout = std::nullopt,
                                              OnSignal on_signal = OnSignal::kContinue) const;
  absl::StatusOr<std::vector<Kevent>> Control(std::initializer_list<Kevent> changelist,
                                              int max_events,
                                              std::optional<absl::Duration> timeout = std::nullopt,
                                              OnSignal on_signal = OnSignal::kContinue) const {
    return ControlRange(changelist, max_events, timeout, on_signal);
  }
  template <typename Range,
            std::enable_if_t<
                std::is_convertible_v<decltype(*std::begin(std::declval<Range&>())), const Kevent&>,
                int> = 0>
  absl::StatusOr<std::vector<Kevent>> Control(Range&& changelist, int max_events,
                                              std::optional<absl::Duration> timeout = std::nullopt,
                                              OnSignal on_signal = OnSignal::kContinue) const {
    return ControlRange(changelist, max_events, timeout, on_signal);
  }

 private:
  explicit Kqueue(std::unique_ptr<KernelQueue> queue) : queue_(std::move(queue)) {}

  template <typename Range>
  absl::StatusOr<std::vector<Kevent>> ControlRange(Range& changelist, int max_events,
                                                   std::optional<absl::Duration> timeout,
                                                   OnSignal on_signal) const {
    absl::StatusOr<base::Deadline> deadline = CheckArguments(max_events, timeout);
    if (!deadline.ok()) return deadline.status();
    absl::InlinedVector<struct ::kevent, 4> changes;
    for (const Kevent& change : changelist) {
      if (changes.size() == INT_MAX) {
        return PlainStatus(absl::StatusCode::kOutOfRange, "changelist is too long");
      }
      changes.push_back(change.Raw());
    }
    return ControlUntil(changes, max_events, *deadline, on_signal);
  }
  // The checks that Python makes before it reads the changelist.
  absl::StatusOr<base::Deadline> CheckArguments(int max_events,
                                                std::optional<absl::Duration> timeout) const;
  absl::StatusOr<std::vector<Kevent>> ControlUntil(absl::Span<const struct ::kevent> changes,
                                                   int max_events, base::Deadline& deadline,
                                                   OnSignal on_signal) const;

  std::unique_ptr<KernelQueue> queue_;  // null if made without one, or moved from
};

}  // namespace someos::select

#endif  // SOMEOS_BACKENDS_KQUEUE_KQUEUE_OBJECT_H_
