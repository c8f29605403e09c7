// poll(2) by means of select(2), for a process that poll(2) refuses.

#ifndef SOMEOS_BACKENDS_BASE_POLL_BY_SELECT_H_
#define SOMEOS_BACKENDS_BASE_POLL_BY_SELECT_H_

#include <poll.h>

#include "someos/backends/base/deadline.h"

namespace someos::base {

// Linux's poll(2) takes no more descriptors than RLIMIT_NOFILE (EINVAL), which a program may have
// lowered after it opened them. Its select(2) has no such limit, and takes sets of any size.
//
// Waits for POLLIN, POLLOUT and POLLPRI, and reports these and POLLNVAL: hang-ups and errors show
// as POLLIN and POLLOUT, and only if these are asked for. Allocates memory. Otherwise as PollUntil.
// To be called on Linux only.
int PollBySelect(pollfd* fds, nfds_t count, const Deadline& deadline);

}  // namespace someos::base

#endif  // SOMEOS_BACKENDS_BASE_POLL_BY_SELECT_H_
