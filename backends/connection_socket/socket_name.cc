#include "someos/backends/connection_socket/socket_name.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "someos/api/errno_status.h"
#include "someos/api/multiprocessing/connection/address.h"
#include "someos/api/multiprocessing/connection/errors.h"
#include "someos/api/python_error.h"

namespace someos::connection_socket {
namespace {

using multiprocessing::Address;
using multiprocessing::Family;
using multiprocessing::OsError;

constexpr size_t kPathOffset = offsetof(sockaddr_un, sun_path);

absl::StatusOr<SocketName> UnixName(const Address& address) {
  const absl::string_view path = address.path();
#ifdef __linux__
  const bool is_abstract = address.is_abstract();
#else
  constexpr bool is_abstract = false;
#endif
  // On Linux it would be an abstract name, to which everybody may connect.
  if (path.empty()) return OsError(absl::StatusCode::kInvalidArgument, "AF_UNIX path is empty");
  if (!is_abstract && path.find('\0') != absl::string_view::npos) {
    return PlainStatus(absl::StatusCode::kInvalidArgument, "AF_UNIX path with a null character");
  }
  SocketName name;
  auto* const un = reinterpret_cast<sockaddr_un*>(&name.storage);
  // A path ends with a NUL, an abstract name with the address.
  const size_t size = path.size() + (is_abstract ? 0 : 1);
  if (size > sizeof(un->sun_path)) {
    return OsError(absl::StatusCode::kInvalidArgument, "AF_UNIX path too long");
  }
  un->sun_family = AF_UNIX;
  std::memcpy(un->sun_path, path.data(), path.size());
  name.size = static_cast<socklen_t>(kPathOffset + size);
  return name;
}

absl::StatusOr<SocketName> InetName(const Address& address) {
  addrinfo hints = {};
  hints.ai_family = address.family() == Family::kInet ? AF_INET : AF_INET6;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV | AI_PASSIVE;
  const std::string host(address.host());
  if (host.find('\0') != std::string::npos) {
    return PythonTypeError("host name must not contain null character");
  }
  const std::string port = absl::StrCat(address.port());
  addrinfo* found = nullptr;
  // An empty host is any address, as for Python.
  const int error =
      getaddrinfo(host.empty() ? nullptr : host.c_str(), port.c_str(), &hints, &found);
  if (error != 0) {
    if (error == EAI_SYSTEM) return ErrnoStatus(errno, absl::StrCat("look up ", host));
    return OsError(absl::StatusCode::kNotFound,
                   absl::StrCat("look up ", host, ": ", gai_strerror(error)));
  }
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owner(found, freeaddrinfo);
  SocketName name;
  std::memcpy(&name.storage, found->ai_addr, found->ai_addrlen);
  name.size = found->ai_addrlen;
  return name;
}

// The host of an address as a number, with its scope.
std::string HostOf(const SocketName& name) {
  char host[NI_MAXHOST] = "";
  (void)getnameinfo(name.get(), name.size, host, sizeof(host), nullptr, 0, NI_NUMERICHOST);
  return host;
}

Address UnixAddress(const SocketName& name) {
  const auto* const un = reinterpret_cast<const sockaddr_un*>(&name.storage);
  if (name.size <= kPathOffset) return Address::Unix("");
  const absl::string_view path(un->sun_path, name.size - kPathOffset);
#ifdef __linux__
  if (path[0] == '\0') return Address::Unix(path);
#endif
  return Address::Unix(path.substr(0, path.find('\0')));
}

}  // namespace

absl::StatusOr<SocketName> NameOf(const Address& address) {
  return address.family() == Family::kUnix ? UnixName(address) : InetName(address);
}

Address AddressOf(const SocketName& name) {
  switch (name.storage.ss_family) {
    case AF_INET:
      return Address::Inet(HostOf(name),
                           ntohs(reinterpret_cast<const sockaddr_in*>(&name.storage)->sin_port));
    case AF_INET6:
      return Address::Inet6(HostOf(name),
                            ntohs(reinterpret_cast<const sockaddr_in6*>(&name.storage)->sin6_port));
    case AF_UNIX:
      return UnixAddress(name);
    default:
      return Address::Unix("");
  }
}

}  // namespace someos::connection_socket
