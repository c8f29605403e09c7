#include <winsock2.h>
#include <ws2tcpip.h>

#include <cerrno>
#include <cstdint>
#include <optional>

#include "someos/backends/base/is_open.h"
#include "someos/backends/base/winsock.h"
#include "someos/backends/poller_base/file_identity.h"

namespace someos::poller_base {
namespace {

using NameCall = int(WSAAPI*)(SOCKET, sockaddr*, int*);

// The port in the address that getsockname or getpeername returns for `fd`; 0 if there is none.
uint16_t PortOf(NameCall name_of, int fd) {
  sockaddr_storage name = {};
  int size = sizeof(name);
  if (name_of(base::SocketOf(fd), reinterpret_cast<sockaddr*>(&name), &size) != 0) return 0;
  if (name.ss_family == AF_INET) return reinterpret_cast<const sockaddr_in&>(name).sin_port;
  if (name.ss_family == AF_INET6) return reinterpret_cast<const sockaddr_in6&>(name).sin6_port;
  return 0;
}

}  // namespace

uint32_t SocketPorts(int fd) {
  const uint32_t local = PortOf(getsockname, fd);
  return local << 16 | PortOf(getpeername, fd);
}

bool FileIdentity::may_block() const { return true; }

// Winsock tells nothing but the ports about which socket a number names.
std::optional<FileIdentity> FileIdentity::QuickOf(int fd, base::SystemCalls /*calls*/) {
  if (!base::IsOpen(fd)) return std::nullopt;
  FileDigest digest;
  digest.file = SocketPorts(fd);
  return FileIdentity{digest, /*mode=*/0, /*by_ports=*/true};
}

std::optional<FileIdentity> FileIdentity::Of(int fd, base::SystemCalls calls) {
  return QuickOf(fd, calls);
}

}  // namespace someos::poller_base
