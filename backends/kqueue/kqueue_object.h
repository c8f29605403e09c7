// Python's select.kqueue: a kernel event queue and its one operation.

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
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "someos/backends/base/deadline.h"
#include "someos/backends/kqueue/kernel_queue.h"
#include "someos/backends/kqueue/kevent.h"

namespace someos::select {

// A kqueue(2) of FreeBSD, OpenBSD, NetBSD, DragonFly BSD or macOS; of Linux over libkqueue, whose
// limits are in someos/backends/kqueue/libkqueue_emulation.h.
//
//   absl::StatusOr<Kqueue> queue = Kqueue::Create();
//   if (!queue.ok()) return queue.status();
//   auto events = queue->Control({Kevent(socket)}, 10, absl::Seconds(1));
//
// Threads: any thread may call any method at any time, but not move or destroy the object under
// another one. A Close while another thread is in Control ends that Control with EBADF on OpenBSD,
// NetBSD, macOS and over libkqueue; FreeBSD and DragonFly BSD do not wake it, and it ends at its
// deadline or by a signal (T30). As with close(2), a Control that is just about to begin may meet
// the closed number, or another file that has got it.
//
// Forks: a child does not inherit the queue. There the object is closed, and its number, which may
// be another file's, is left alone (T16).
//
// A moved-from object is closed.
//
// Source: the Python library's "Kqueue Objects", kqueue(2).
class Kqueue {
 public:
  using QueueMaker = absl::StatusOr<std::unique_ptr<KernelQueue>> (*)();

  // A new queue, close-on-exec. EMFILE, ENFILE, ENOMEM. `new_queue` is for tests.
  static absl::StatusOr<Kqueue> Create(QueueMaker new_queue = NewKernelQueue);

  // The queue of the descriptor `fd`, which the object owns and closes from now on. Whether it is a
  // kqueue is not looked at: Control will say EBADF. kInvalidArgument: negative.
  static absl::StatusOr<Kqueue> FromFd(int fd);

  Kqueue(Kqueue&& other) noexcept = default;
  Kqueue& operator=(Kqueue&& other) noexcept = default;
  // Closes the queue.
  ~Kqueue() = default;

  // Closes the queue, once; later calls do nothing. Errors of close(2) are not reported.
  void Close();

  bool closed() const { return fileno() < 0; }

  // The descriptor, which stays the object's: Kqueue is a waitable. -1 when closed (Python raises
  // ValueError), which every user of waitables refuses.
  int fileno() const { return queue_ == nullptr ? -1 : queue_->fd(); }

  // Applies the changes, then waits for at most `max_events` events and returns them.
  //
  // `changelist` is std::nullopt (Python's None), a braced list, or any range of Kevents, which is
  // read once from its beginning to its end. `timeout` is to be blocked for at most, and counts
  // from the call; std::nullopt, as absl::InfiniteDuration(), blocks until there is an event. A
  // signal handler that runs meanwhile does not end the wait, nor are the changes applied twice
  // (T9).
  //
  // With max_events 0 it applies the changes and returns at once. The first change that fails is
  // the call's error then, and those behind it are not applied. With more room, each change that
  // fails comes back as a Kevent with kKqEvError and its errno in `data`, and no other events are
  // waited for; so does a change with kKqEvReceipt, with `data` 0. Leave room for as many as may
  // come: kernels give up in the middle of the changelist when there is none left.
  //
  // A call returns no more than 65536 events, or as many as there are changes if that is more; the
  // next call returns others.
  //
  // Errors, in the order in which they are looked for: kInvalidArgument (ValueError): closed;
  // negative max_events; negative timeout. kOutOfRange (OverflowError): a timeout above 2^63 ns;
  // more than INT_MAX changes. Then errno (OSError), of a change EBADF, EINVAL, ENOENT, ENOMEM,
  // EACCES, ESRCH and what else kevent(2) has; EBADF: closed meanwhile, or no kqueue.
  absl::StatusOr<std::vector<Kevent>> Control(
      std::nullopt_t changelist, int max_events,
      std::optional<absl::Duration> timeout = std::nullopt) const;
  absl::StatusOr<std::vector<Kevent>> Control(
      std::initializer_list<Kevent> changelist, int max_events,
      std::optional<absl::Duration> timeout = std::nullopt) const {
    return ControlRange(changelist, max_events, timeout);
  }
  template <typename Range,
            std::enable_if_t<
                std::is_convertible_v<decltype(*std::begin(std::declval<Range&>())), const Kevent&>,
                int> = 0>
  absl::StatusOr<std::vector<Kevent>> Control(
      Range&& changelist, int max_events,
      std::optional<absl::Duration> timeout = std::nullopt) const {
    return ControlRange(changelist, max_events, timeout);
  }

 private:
  explicit Kqueue(std::unique_ptr<KernelQueue> queue) : queue_(std::move(queue)) {}

  template <typename Range>
  absl::StatusOr<std::vector<Kevent>> ControlRange(Range& changelist, int max_events,
                                                   std::optional<absl::Duration> timeout) const {
    absl::StatusOr<base::Deadline> deadline = CheckArguments(max_events, timeout);
    if (!deadline.ok()) return deadline.status();
    absl::InlinedVector<struct ::kevent, 4> changes;
    for (const Kevent& change : changelist) {
      if (changes.size() == INT_MAX) return absl::OutOfRangeError("changelist is too long");
      changes.push_back(change.Raw());
    }
    return ControlUntil(changes, max_events, *deadline);
  }
  // What Python looks at before the changelist.
  absl::StatusOr<base::Deadline> CheckArguments(int max_events,
                                                std::optional<absl::Duration> timeout) const;
  absl::StatusOr<std::vector<Kevent>> ControlUntil(absl::Span<const struct ::kevent> changes,
                                                   int max_events, base::Deadline& deadline) const;

  std::unique_ptr<KernelQueue> queue_;  // null when moved from
};

}  // namespace someos::select

#endif  // SOMEOS_BACKENDS_KQUEUE_KQUEUE_OBJECT_H_
