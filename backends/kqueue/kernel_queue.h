// The kernel event queue behind Kqueue and KqueuePoller: kqueue(2), or libkqueue on Linux. An
// interface, so that tests can replace it.

#ifndef SOMEOS_BACKENDS_KQUEUE_KERNEL_QUEUE_H_
#define SOMEOS_BACKENDS_KQUEUE_KERNEL_QUEUE_H_

// <sys/event.h> needs <sys/types.h> before it on FreeBSD and OpenBSD, and libkqueue's <time.h>.
// clang-format off
#include <sys/types.h>
#include <time.h>
#include <sys/event.h>
// clang-format on

#include <cerrno>
#include <memory>

#include "absl/status/statusor.h"
#include "absl/types/span.h"

namespace someos {

class KernelQueue {
 public:
  // Closes the queue if Close has not; but not in a forked child, which does not inherit it.
  virtual ~KernelQueue() = default;

  // kevent(2): applies `changes`, then waits until there is an event or `timeout` (null: forever)
  // has passed, and fills `events`. Returns how many, or -1 with errno; it may return 0 early. If
  // `event_count` is 0 it does not wait, and a change that fails determines the errno of the call.
  // Otherwise a change that fails is returned as an event with EV_ERROR and the errno as its data,
  // and there is no wait either. Thread-safe.
  virtual int Kevent(const struct kevent* changes, int change_count, struct kevent* events,
                     int event_count, const timespec* timeout) = 0;

  // The queue's descriptor; -1 if it is closed, and in a forked child. Thread-safe.
  virtual int fd() const = 0;

  // Closes the queue; further calls are no-ops. Thread-safe.
  virtual void Close() = 0;

  // Applies changes in order, up to the first that fails. Returns 0 or the errno of that change; it
  // does not tell which one it was.
  //
  // It passes no room for events, so that the error of a change is that of the call on every
  // system. (With room it would be returned as an event, whose flags differ between the BSDs, and
  // NetBSD before 10 has no EV_RECEIPT to request it.)
  int Change(absl::Span<const struct kevent> changes) {
    const int count = static_cast<int>(changes.size());
    return Kevent(changes.data(), count, nullptr, 0, nullptr) < 0 ? errno : 0;
  }
  int Change(const struct kevent& change) { return Change(absl::MakeConstSpan(&change, 1)); }

  // Waits without changes, so that after EINTR it is not in question whether
  // they were applied.
  int Wait(struct kevent* events, int count, const timespec* timeout) {
    return Kevent(nullptr, 0, events, count, timeout);
  }
};

// Creates a queue of the running system. EMFILE, ENFILE, ENOMEM.
absl::StatusOr<std::unique_ptr<KernelQueue>> NewKernelQueue();

// The same for Kqueue: an event leaves the pending error of a socket for SO_ERROR, as with a
// kernel. (libkqueue either does that, or reports the error in fflags, of which the Poller keeps
// it.)
absl::StatusOr<std::unique_ptr<KernelQueue>> NewKernelQueueForObject();

// Takes ownership of the queue that `fd` names. Whether it is a queue is not checked; if not, its
// use fails with EBADF. A queue of libkqueue can be used only in the process that created it with
// NewKernelQueue.
absl::StatusOr<std::unique_ptr<KernelQueue>> AdoptKernelQueue(int fd);

}  // namespace someos

#endif  // SOMEOS_BACKENDS_KQUEUE_KERNEL_QUEUE_H_
