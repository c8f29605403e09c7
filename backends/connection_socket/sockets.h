// The sockets of listeners and clients, and pairs of descriptors. All are close-on-exec.

#ifndef SOMEOS_BACKENDS_CONNECTION_SOCKET_SOCKETS_H_
#define SOMEOS_BACKENDS_CONNECTION_SOCKET_SOCKETS_H_

#include <array>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "someos/api/multiprocessing/connection/address.h"
#include "someos/backends/base/deadline.h"
#include "someos/backends/base/owned_fd.h"

namespace someos::connection_socket {

struct BoundSocket {
  base::OwnedFd fd;
  multiprocessing::Address address;  // with the port that the system has chosen
};

// A socket that listens at `address`, with SO_REUSEADDR, non-blocking.
//
// kInvalidArgument (OSError) "AF_UNIX path too long", "AF_UNIX path is empty"; (ValueError) a NUL
// in a path; (TypeError) a NUL in a host. kNotFound (OSError): there is no such host. Errnos of the
// system calls.
absl::StatusOr<BoundSocket> Listen(const multiprocessing::Address& address, int backlog);

// The next connection, with the address of its other end; nullopt if there is none at the moment.
// Errnos: EMFILE, ENFILE, ENOMEM.
absl::StatusOr<std::optional<BoundSocket>> Accept(int listening);

// A socket that is connected to `address`. Errors as of Listen; ECONNREFUSED. kDeadlineExceeded.
// (Finding the address of a name takes no heed of the deadline.)
absl::StatusOr<base::OwnedFd> Connect(const multiprocessing::Address& address,
                                      base::Deadline& deadline);

// Two connected AF_UNIX sockets.
absl::StatusOr<std::array<base::OwnedFd, 2>> SocketPair();

// Whether ECONNRESET of reading one of them says that the other one was closed with bytes in it
// which nobody had read. Elsewhere that is an end of file, as if they had been.
#ifdef __linux__
inline constexpr bool kResetTellsOfUnreadBytes = true;
#else
inline constexpr bool kResetTellsOfUnreadBytes = false;
#endif

// A pipe: the end to read from, and the end to write to.
absl::StatusOr<std::array<base::OwnedFd, 2>> Pipe();

// A new directory that this user alone may enter, below $TMPDIR or /tmp.
absl::StatusOr<std::string> MakeTemporaryDirectory();
// Remove what is there; that it is not there is no error.
void RemoveSocket(const std::string& path);
void RemoveDirectory(const std::string& path);

}  // namespace someos::connection_socket

#endif  // SOMEOS_BACKENDS_CONNECTION_SOCKET_SOCKETS_H_
