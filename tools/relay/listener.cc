#include "someos/tools/relay/listener.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "someos/api/errno_status.h"
#include "someos/tools/relay/socket.h"
#include "someos/tools/relay/socket_address.h"
#include "someos/tools/relay/system_sockets.h"

namespace someos::relay {
namespace {

std::string FileOf(const SocketAddress& address) { return std::string(address.unix_path()); }

// True if `address` is the file of a Unix socket on which nobody listens.
bool IsStale(const SocketAddress& address) {
  struct stat file;
  if (address.family() != AF_UNIX || lstat(FileOf(address).c_str(), &file) != 0 ||
      !S_ISSOCK(file.st_mode)) {
    return false;
  }
  Socket probe;
  return NewSocket(AF_UNIX, &probe) == 0 && BeginConnect(probe.fd(), address) == ECONNREFUSED;
}

int Bind(const Socket& socket, const SocketAddress& address) {
  return bind(socket.fd(), address.get(), address.size()) == 0 ? 0 : errno;
}

void SwitchOn(const Socket& socket, int level, int option) {
  const int on = 1;
  setsockopt(socket.fd(), level, option, &on, sizeof(on));
}

bool GetOption(const Socket& socket, int option, int* value) {
  socklen_t size = sizeof(*value);
  return getsockopt(socket.fd(), SOL_SOCKET, option, value, &size) == 0;
}

SocketAddress BoundAddress(const Socket& socket) {
  sockaddr_storage bound = {};
  socklen_t size = sizeof(bound);
  if (getsockname(socket.fd(), reinterpret_cast<sockaddr*>(&bound), &size) != 0) return {};
  return SocketAddress(reinterpret_cast<const sockaddr*>(&bound), size);
}

}  // namespace

absl::StatusOr<Listener> Listener::Open(const SocketAddress& address) {
  Socket socket;
  if (const int error = NewSocket(address.family(), &socket); error != 0) {
    return ErrnoStatus(error, "socket");
  }
  // Without it a restart has to wait until the last run's connections have left TIME_WAIT.
  if (address.family() != AF_UNIX) SwitchOn(socket, SOL_SOCKET, SO_REUSEADDR);
  // Systems differ in what they do unless told.
  if (address.family() == AF_INET6) SwitchOn(socket, IPPROTO_IPV6, IPV6_V6ONLY);
  int error = Bind(socket, address);
  if (error == EADDRINUSE && IsStale(address)) {
    unlink(FileOf(address).c_str());
    error = Bind(socket, address);
  }
  if (error != 0) return ErrnoStatus(error, "bind");
  Listener listener(std::move(socket), address);
  if (address.family() == AF_UNIX) listener.OwnFile();
  if (listen(listener.fd(), SOMAXCONN) != 0) return ErrnoStatus(errno, "listen");
  return listener;
}

absl::StatusOr<Listener> Listener::Adopt(Socket socket) {
  if (fcntl(socket.fd(), F_GETFD) == -1) return absl::InvalidArgumentError("not open");
  int type = 0;
  if (!GetOption(socket, SO_TYPE, &type)) return absl::InvalidArgumentError("not a socket");
  if (type != SOCK_STREAM) return absl::InvalidArgumentError("not a stream socket");
  int listens = 0;
  if (!GetOption(socket, SO_ACCEPTCONN, &listens) || listens == 0) {
    return absl::InvalidArgumentError("a socket that does not listen");
  }
  const SocketAddress address = BoundAddress(socket);
  const int family = address.family();
  if (family != AF_INET && family != AF_INET6 && family != AF_UNIX) {
    return absl::InvalidArgumentError("a socket that is neither TCP nor Unix");
  }
  if (const int error = SetFlags(socket.fd()); error != 0) return ErrnoStatus(error, "fcntl");
  if (family != AF_UNIX) SwitchOn(socket, IPPROTO_TCP, TCP_NODELAY);
  return Listener(std::move(socket), address);
}

Listener::Listener(Socket socket, const SocketAddress& address)
    : socket_(std::move(socket)), address_(address) {
  if (address.family() != AF_UNIX) address_ = BoundAddress(socket_);
}

void Listener::OwnFile() {
  struct stat file;
  if (lstat(FileOf(address_).c_str(), &file) != 0) return;
  device_ = file.st_dev;
  inode_ = file.st_ino;
}

void Listener::Close() {
  if (!listening()) return;
  struct stat file;
  if (address_.family() == AF_UNIX && lstat(FileOf(address_).c_str(), &file) == 0 &&
      file.st_dev == device_ && file.st_ino == inode_) {
    unlink(FileOf(address_).c_str());
  }
  socket_.Close();
}

}  // namespace someos::relay
