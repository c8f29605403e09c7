// What a hang-up or an error means for read() and write().

#ifndef SOMEOS_BACKENDS_POLLER_BASE_IMPLIED_READINESS_H_
#define SOMEOS_BACKENDS_POLLER_BASE_IMPLIED_READINESS_H_

#include "someos/api/event.h"
#include "someos/api/interest.h"

namespace someos::poller_base {

// Which of kReadable and kWritable hold because of the hang-up or error in `found`, the conditions
// that the kernel reports for `fd`, although the kernel does not report them. A hang-up or error
// ends a blocking call on a pipe or socket. There are exceptions:
//  - An error of a socket that may be no more than messages in its error queue (Linux): neither
//    recv() nor send() returns them.
//  - A hang-up or error of other files does not say that there is room: a pseudo-terminal whose
//    buffer is full keeps a writer waiting after its other side was closed.
// Makes one or two system calls. Preserves errno.
Readiness ImpliedReadiness(int fd, Readiness found);

// The same for those of the interest that are not in `found`; `found` must have a hang-up or error.
inline Readiness ImpliedReadiness(int fd, Interest interest, Readiness found) {
  const auto wanted =
      static_cast<Readiness>(interest & (Interest::kReadable | Interest::kWritable));
  if ((wanted & found) == wanted) return Readiness::kNone;
  return wanted & ImpliedReadiness(fd, found);
}

}  // namespace someos::poller_base

#endif  // SOMEOS_BACKENDS_POLLER_BASE_IMPLIED_READINESS_H_
