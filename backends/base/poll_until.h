// poll(2) with a deadline.

#ifndef SOMEOS_BACKENDS_BASE_POLL_UNTIL_H_
#define SOMEOS_BACKENDS_BASE_POLL_UNTIL_H_

#include <poll.h>

#include "absl/time/time.h"
#include "someos/backends/base/deadline.h"

namespace someos::base {

// poll(2) until `deadline`, with ppoll(2) where it exists, otherwise with milliseconds (macOS). -1
// and errno on failure; EINTR only after a signal handler has run. May return 0 early, so the
// caller must check deadline.Passed() and call again.
int PollUntil(pollfd* fds, nfds_t count, const Deadline& deadline);

// The resolution of its timeouts, if the caller does so.
absl::Duration PollResolution();

}  // namespace someos::base

#endif  // SOMEOS_BACKENDS_BASE_POLL_UNTIL_H_
