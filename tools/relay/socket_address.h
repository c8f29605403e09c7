// A socket address in the kernel's form.

#ifndef SOMEOS_TOOLS_RELAY_SOCKET_ADDRESS_H_
#define SOMEOS_TOOLS_RELAY_SOCKET_ADDRESS_H_

#include <sys/socket.h>

#include <string>

#include "absl/strings/string_view.h"

namespace someos::relay {

class SocketAddress {
 public:
  // No address; its family is AF_UNSPEC.
  SocketAddress() = default;

  // A copy of the kernel's `size` bytes, at most a sockaddr_storage.
  SocketAddress(const sockaddr* address, socklen_t size);

  // The Unix socket at `path`, which must be shorter than MaxUnixPath().
  static SocketAddress Unix(absl::string_view path);

  // The longest path of a Unix socket, in bytes: 107 on Linux, 103 elsewhere.
  static size_t MaxUnixPath();

  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage_); }
  socklen_t size() const { return size_; }
  int family() const { return storage_.ss_family; }

  // The path of a Unix socket; empty for other families.
  absl::string_view unix_path() const;

  // As a person writes it, and Address::Parse reads it: "127.0.0.1:80", "[::1]:80", "unix:/run/x".
  std::string ToString() const;

 private:
  sockaddr_storage storage_ = {};
  socklen_t size_ = 0;
};

}  // namespace someos::relay

#endif  // SOMEOS_TOOLS_RELAY_SOCKET_ADDRESS_H_
