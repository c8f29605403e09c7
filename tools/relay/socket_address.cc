#include "someos/tools/relay/socket_address.h"

#include <netdb.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <cstring>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace someos::relay {

SocketAddress::SocketAddress(const sockaddr* address, socklen_t size)
    : size_(std::min<socklen_t>(size, sizeof(storage_))) {
  memcpy(&storage_, address, size_);
}

SocketAddress SocketAddress::Unix(absl::string_view path) {
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  path.substr(0, MaxUnixPath()).copy(address.sun_path, sizeof(address.sun_path));
  return SocketAddress(reinterpret_cast<const sockaddr*>(&address), sizeof(address));
}

size_t SocketAddress::MaxUnixPath() { return sizeof(sockaddr_un::sun_path) - 1; }

absl::string_view SocketAddress::unix_path() const {
  if (family() != AF_UNIX) return "";
  const char* path = reinterpret_cast<const sockaddr_un*>(&storage_)->sun_path;
  return absl::string_view(path, strnlen(path, sizeof(sockaddr_un::sun_path)));
}

std::string SocketAddress::ToString() const {
  if (family() == AF_UNIX) return absl::StrCat("unix:", unix_path());
  char host[NI_MAXHOST];
  char port[NI_MAXSERV];
  const int error = getnameinfo(get(), size_, host, sizeof(host), port, sizeof(port),
                                NI_NUMERICHOST | NI_NUMERICSERV);
  if (error != 0) return absl::StrCat("address of family ", family());
  return family() == AF_INET6 ? absl::StrCat("[", host, "]:", port) : absl::StrCat(host, ":", port);
}

}  // namespace someos::relay
