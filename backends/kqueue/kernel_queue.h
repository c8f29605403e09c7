// The kernel's event queue behind Kqueue and KqueuePoller: kqueue(2), or libkqueue's on Linux; a
// seam for tests.

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
  // Closes the queue if Close has not, but not in a forked child, which has no part in it.
  virtual ~KernelQueue() = default;

  // kevent(2): applies `changes`, then waits until an event is there or `timeout` (null: for ever)
  // is over, and fills `events`. Returns how many, or -1 with errno; 0 may come early. Without
  // room for events it does not wait. A change that fails is the call's own errno then; with room,
  // an event that has EV_ERROR and the errno as its data, and there is no wait either. Safe from
  // any thread.
  virtual int Kevent(const struct kevent* changes, int change_count, struct kevent* events,
                     int event_count, const timespec* timeout) = 0;

  // The queue's descriptor; -1 when it is closed, and in a forked child. Safe from any thread.
  virtual int fd() const = 0;

  // Closes the queue, once. Safe from any thread.
  virtual void Close() = 0;

  // Applies changes in their order, up to the first that fails. Returns 0 or the errno that
  // kevent(2) has for that one; which it is, it does not tell.
  //
  // No room for events: the change's error is then the call's own, on every system. (With room it
  // would come as an event whose flags differ from BSD to BSD, and NetBSD before 10 has no
  // EV_RECEIPT to ask for it.)
  int Change(absl::Span<const struct kevent> changes) {
    const int count = static_cast<int>(changes.size());
    return Kevent(changes.data(), count, nullptr, 0, nullptr) < 0 ? errno : 0;
  }
  int Change(const struct kevent& change) { return Change(absl::MakeConstSpan(&change, 1)); }

  // Waits without changes: after an EINTR nobody has to ask whether they were applied (T9).
  int Wait(struct kevent* events, int count, const timespec* timeout) {
    return Kevent(nullptr, 0, events, count, timeout);
  }
};

// A new queue of the running system. EMFILE, ENFILE, ENOMEM.
absl::StatusOr<std::unique_ptr<KernelQueue>> NewKernelQueue();

// The queue that `fd` names, owned by the result from now on. Whether it names one shows when it is
// used (EBADF). libkqueue's queues are known to the process that made them with NewKernelQueue, and
// to no other.
absl::StatusOr<std::unique_ptr<KernelQueue>> AdoptKernelQueue(int fd);

}  // namespace someos

#endif  // SOMEOS_BACKENDS_KQUEUE_KERNEL_QUEUE_H_
