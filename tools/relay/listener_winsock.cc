#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "someos/backends/base/winsock.h"
#include "someos/tools/relay/listener.h"
#include "someos/tools/relay/socket.h"
#include "someos/tools/relay/socket_address.h"
#include "someos/tools/relay/system_sockets.h"

namespace someos::relay {
namespace {

using base::SocketOf;

void SwitchOn(const Socket& socket, int level, int option) {
  const BOOL on = TRUE;
  setsockopt(SocketOf(socket.fd()), level, option, reinterpret_cast<const char*>(&on), sizeof(on));
}

SocketAddress BoundAddress(const Socket& socket) {
  sockaddr_storage bound = {};
  int size = sizeof(bound);
  auto* const name = reinterpret_cast<sockaddr*>(&bound);
  if (getsockname(SocketOf(socket.fd()), name, &size) != 0) return {};
  return SocketAddress(name, size);
}

absl::Status LastError(absl::string_view operation) {
  const int error = WSAGetLastError();
  return base::WinsockError(error, operation);
}

}  // namespace

absl::StatusOr<Listener> Listener::Open(const SocketAddress& address) {
  Socket socket;
  if (const int error = NewSocket(address.family(), &socket); error != 0) {
    return absl::ErrnoToStatus(error, "socket");
  }
  // Otherwise another process could take the port as well. A restart need not wait for TIME_WAIT
  // without SO_REUSEADDR, which means something else here.
  SwitchOn(socket, SOL_SOCKET, SO_EXCLUSIVEADDRUSE);
  if (address.family() == AF_INET6) SwitchOn(socket, IPPROTO_IPV6, IPV6_V6ONLY);
  if (bind(SocketOf(socket.fd()), address.get(), address.size()) != 0) return LastError("bind");
  if (listen(SocketOf(socket.fd()), SOMAXCONN) != 0) return LastError("listen");
  return Listener(std::move(socket), address);
}

absl::StatusOr<Listener> Listener::Adopt(Socket /*socket*/) {
  return absl::InvalidArgumentError("not to be had on Windows, where no process passes sockets on");
}

Listener::Listener(Socket socket, const SocketAddress& /*address*/)
    : socket_(std::move(socket)), address_(BoundAddress(socket_)) {}

void Listener::Close() { socket_.Close(); }

}  // namespace someos::relay
