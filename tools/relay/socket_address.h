// A socket address in the kernel's form.

#ifndef SOMEOS_TOOLS_RELAY_SOCKET_ADDRESS_H_
#define SOMEOS_TOOLS_RELAY_SOCKET_ADDRESS_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "someos/tools/relay/system_sockets.h"

namespace someos::relay {

class SocketAddress {
 public:
  // No address; its family is AF_UNSPEC.
  SocketAddress() = default;

  // A copy of the kernel's `size` bytes, at most a sockaddr_storage.
  SocketAddress(const sockaddr* address, socklen_t size);

  // Whether there are Unix sockets: not on Windows, where not every release has them.
  static bool HasUnixSockets();

  // The Unix socket at `path`, which must be shorter than MaxUnixPath().
  static SocketAddress Unix(absl::string_view path);

  // Whether Unix sockets may have abstract names: on Linux.
  static bool HasAbstractNames();

  // The Unix socket with the abstract name `name`, which is no file and no longer than
  // MaxUnixPath(). Only if HasAbstractNames().
  static SocketAddress Abstract(absl::string_view name);

  // The longest path of a Unix socket, in bytes: 107 on Linux, 103 elsewhere.
  static size_t MaxUnixPath();

  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage_); }
  socklen_t size() const { return size_; }
  int family() const { return storage_.ss_family; }

  // The port of an IP address; 0 for other families.
  uint16_t port() const;
  // This address with another port. Only for IP addresses.
  SocketAddress WithPort(uint16_t port) const;

  bool operator==(const SocketAddress& other) const;

  // The path of a Unix socket; empty for other families, and for an abstract name.
  absl::string_view unix_path() const;

  // As a person writes it, and ParseAddress reads it: "127.0.0.1:80", "[::1]:80", "unix:/run/x",
  // "unix:@name".
  std::string ToString() const;

 private:
  // The bytes of an abstract name, which may be any; empty for other addresses.
  absl::string_view abstract_name() const;

  sockaddr_storage storage_ = {};
  socklen_t size_ = 0;
};

}  // namespace someos::relay

#endif  // SOMEOS_TOOLS_RELAY_SOCKET_ADDRESS_H_
