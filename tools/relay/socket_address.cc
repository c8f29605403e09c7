#include "someos/tools/relay/socket_address.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "someos/tools/relay/system_sockets.h"

namespace someos::relay {

SocketAddress::SocketAddress(const sockaddr* address, socklen_t size)
    : size_(std::min<socklen_t>(size, sizeof(storage_))) {
  memcpy(&storage_, address, size_);
}

bool SocketAddress::HasUnixSockets() {
#ifdef _WIN32
  return false;
#else
  return true;
#endif
}

bool SocketAddress::HasAbstractNames() {
#ifdef __linux__
  return true;
#else
  return false;
#endif
}

SocketAddress SocketAddress::Abstract(absl::string_view name) {
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  name = name.substr(0, MaxUnixPath());
  name.copy(address.sun_path + 1, MaxUnixPath());  // after a zero
  const size_t size = offsetof(sockaddr_un, sun_path) + 1 + name.size();
  return SocketAddress(reinterpret_cast<const sockaddr*>(&address), size);
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

absl::string_view SocketAddress::abstract_name() const {
  constexpr size_t kBefore = offsetof(sockaddr_un, sun_path) + 1;
  const char* path = reinterpret_cast<const sockaddr_un*>(&storage_)->sun_path;
  if (family() != AF_UNIX || size_ <= kBefore || path[0] != '\0') return "";
  return absl::string_view(path + 1, size_ - kBefore);
}

uint16_t SocketAddress::port() const {
  if (family() == AF_INET) return ntohs(reinterpret_cast<const sockaddr_in*>(&storage_)->sin_port);
  if (family() != AF_INET6) return 0;
  return ntohs(reinterpret_cast<const sockaddr_in6*>(&storage_)->sin6_port);
}

SocketAddress SocketAddress::WithPort(uint16_t port) const {
  SocketAddress address = *this;
  if (family() == AF_INET) {
    reinterpret_cast<sockaddr_in*>(&address.storage_)->sin_port = htons(port);
  } else {
    reinterpret_cast<sockaddr_in6*>(&address.storage_)->sin6_port = htons(port);
  }
  return address;
}

bool SocketAddress::operator==(const SocketAddress& other) const {
  return size_ == other.size_ && memcmp(&storage_, &other.storage_, size_) == 0;
}

std::string SocketAddress::ToString() const {
  if (!abstract_name().empty()) return absl::StrCat("unix:@", abstract_name());
  if (family() == AF_UNIX) return absl::StrCat("unix:", unix_path());
  char host[NI_MAXHOST];
  char port[NI_MAXSERV];
  const int error = getnameinfo(get(), size_, host, sizeof(host), port, sizeof(port),
                                NI_NUMERICHOST | NI_NUMERICSERV);
  if (error != 0) return absl::StrCat("address of family ", family());
  return family() == AF_INET6 ? absl::StrCat("[", host, "]:", port) : absl::StrCat(host, ":", port);
}

}  // namespace someos::relay
