// The kernel's event queue behind KqueuePoller: kqueue(2), or libkqueue's on Linux; a seam for
// tests.

#ifndef SOMEOS_BACKENDS_KQUEUE_KERNEL_QUEUE_H_
#define SOMEOS_BACKENDS_KQUEUE_KERNEL_QUEUE_H_

// <sys/event.h> needs <sys/types.h> before it on FreeBSD and OpenBSD, and libkqueue's <time.h>.
// clang-format off
#include <sys/types.h>
#include <time.h>
#include <sys/event.h>
// clang-format on

#include <memory>

#include "absl/status/statusor.h"

namespace someos {

class KernelQueue {
 public:
  // Closes the queue, but not in a forked child, which has no part in it.
  virtual ~KernelQueue() = default;

  // Applies one change. Returns 0 or the errno that kevent(2) has for it. Safe from any thread,
  // also while another one is in Wait.
  virtual int Change(const struct kevent& change) = 0;

  // Fills `events` with at most `count` > 0, waiting until `timeout` (null: for ever). Returns how
  // many, or -1 with errno. May return 0 early. One thread at a time.
  virtual int Wait(struct kevent* events, int count, const timespec* timeout) = 0;
};

// The running system's own. EMFILE, ENFILE, ENOMEM.
absl::StatusOr<std::unique_ptr<KernelQueue>> NewKernelQueue();

}  // namespace someos

#endif  // SOMEOS_BACKENDS_KQUEUE_KERNEL_QUEUE_H_
