// The error that waits in a socket.

#ifndef SOMEOS_BACKENDS_BASE_SOCKET_ERROR_H_
#define SOMEOS_BACKENDS_BASE_SOCKET_ERROR_H_

#include "absl/status/statusor.h"

namespace someos::base {

// Takes the pending error (SO_ERROR) of a socket: an errno, or 0 if there is none or `fd` is no
// socket. EBADF: not open.
absl::StatusOr<int> TakeSocketError(int fd);

}  // namespace someos::base

#endif  // SOMEOS_BACKENDS_BASE_SOCKET_ERROR_H_
