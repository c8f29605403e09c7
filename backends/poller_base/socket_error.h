// The pending error of a socket.

#ifndef SOMEOS_BACKENDS_POLLER_BASE_SOCKET_ERROR_H_
#define SOMEOS_BACKENDS_POLLER_BASE_SOCKET_ERROR_H_

#include "absl/status/statusor.h"

namespace someos::poller_base {

// Reads and clears the pending error (SO_ERROR) of a socket. Returns an errno, or 0 if there is
// none or `fd` is not a socket. EBADF: not open.
absl::StatusOr<int> TakeSocketError(int fd);

}  // namespace someos::poller_base

#endif  // SOMEOS_BACKENDS_POLLER_BASE_SOCKET_ERROR_H_
