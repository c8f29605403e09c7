// Addresses as the system calls have them. Private to connection_socket.

#ifndef SOMEOS_BACKENDS_CONNECTION_SOCKET_SOCKET_NAME_H_
#define SOMEOS_BACKENDS_CONNECTION_SOCKET_SOCKET_NAME_H_

#include <sys/socket.h>

#include "absl/status/statusor.h"
#include "someos/api/multiprocessing/connection/address.h"

namespace someos::connection_socket {

struct SocketName {
  sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }

  sockaddr_storage storage = {};
  socklen_t size = sizeof(storage);
};

// As Listen. Asks the resolver if the host is a name.
absl::StatusOr<SocketName> NameOf(const multiprocessing::Address& address);

// What a system call has written. A family that is none of Address's is an AF_UNIX without a path.
multiprocessing::Address AddressOf(const SocketName& name);

}  // namespace someos::connection_socket

#endif  // SOMEOS_BACKENDS_CONNECTION_SOCKET_SOCKET_NAME_H_
