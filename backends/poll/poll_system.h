// The system call that the poll backend makes, as a seam for tests.

#ifndef SOMEOS_BACKENDS_POLL_POLL_SYSTEM_H_
#define SOMEOS_BACKENDS_POLL_POLL_SYSTEM_H_

#include <poll.h>

#include "absl/time/time.h"
#include "someos/backends/base/deadline.h"

namespace someos {

struct PollSystem {
  // poll(2) until `deadline`; -1 and errno on failure. May return 0 up to a millisecond early, so
  // the caller must check deadline.Passed().
  int (*poll)(pollfd* fds, nfds_t count, const base::Deadline& deadline);
  // The resolution of its timeouts.
  absl::Duration resolution;
};

// The system call of the kernel: ppoll(2) where it exists, otherwise poll(2) with milliseconds
// (macOS). On Linux, poll(2) for the whole milliseconds of a timeout and ppoll(2) for the rest.
const PollSystem& RealPollSystem();

// The same, but with select(2) in place of a poll(2) that Linux refuses because RLIMIT_NOFILE is
// not above `count`: see base::PollBySelect.
const PollSystem& PollOrSelectSystem();

}  // namespace someos

#endif  // SOMEOS_BACKENDS_POLL_POLL_SYSTEM_H_
