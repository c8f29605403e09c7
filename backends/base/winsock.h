// Windows' sockets, with the numbers and errors of POSIX.

#ifndef SOMEOS_BACKENDS_BASE_WINSOCK_H_
#define SOMEOS_BACKENDS_BASE_WINSOCK_H_

#include <winsock2.h>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace someos::base {

// Starts Winsock for this process, as every user of it has to, once. Returns 0 or an errno.
// Thread-safe.
int StartWinsock();

// Winsock's numbers are indices of the process's table of handles, which fit into an int by far.
inline SOCKET SocketOf(int fd) { return static_cast<SOCKET>(fd); }

// The errno for an error of WSAGetLastError(). EBADF for what is not a socket, be it closed or open
// as something else, which Winsock does not tell apart; EIO for an error that POSIX does not have.
int ErrnoOfWinsock(int error);

// The status of an operation that failed with an error of WSAGetLastError(), which is to be read
// before `operation` is put together: ErrnoStatus of its errno and "OPERATION: WSAENOTSOCK 10038";
// "Winsock 11001" for an error that ErrnoOfWinsock does not know.
absl::Status WinsockError(int error, absl::string_view operation);

}  // namespace someos::base

#endif  // SOMEOS_BACKENDS_BASE_WINSOCK_H_
