#include "someos/tools/relay/listener.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "someos/tools/relay/socket.h"
#include "someos/tools/relay/socket_address.h"

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

// An errno that says that `address` is none of this machine's.
bool IsElsewhere(int error) { return error == EADDRNOTAVAIL || error == EAFNOSUPPORT; }

}  // namespace

absl::StatusOr<Listener> Listener::Open(absl::Span<const SocketAddress> addresses) {
  int error = 0;
  Socket socket;
  for (const SocketAddress& address : addresses) {
    error = NewSocket(address.family(), &socket);
    if (IsElsewhere(error)) continue;
    if (error != 0) return absl::ErrnoToStatus(error, "socket");
    // Without it a restart has to wait until the last run's connections have left TIME_WAIT.
    if (address.family() != AF_UNIX) {
      const int on = 1;
      setsockopt(socket.fd(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    }
    error = Bind(socket, address);
    if (error == EADDRINUSE && IsStale(address)) {
      unlink(FileOf(address).c_str());
      error = Bind(socket, address);
    }
    if (IsElsewhere(error)) continue;
    if (error != 0) return absl::ErrnoToStatus(error, "bind");
    Listener listener(std::move(socket), address);
    if (listen(listener.fd(), SOMAXCONN) != 0) return absl::ErrnoToStatus(errno, "listen");
    return listener;
  }
  return absl::ErrnoToStatus(error, "bind");
}

Listener::Listener(Socket socket, const SocketAddress& address)
    : socket_(std::move(socket)), address_(address) {
  struct stat file;
  if (address.family() == AF_UNIX) {
    if (lstat(FileOf(address).c_str(), &file) == 0) {
      device_ = file.st_dev;
      inode_ = file.st_ino;
    }
    return;
  }
  sockaddr_storage bound = {};
  socklen_t size = sizeof(bound);
  if (getsockname(fd(), reinterpret_cast<sockaddr*>(&bound), &size) == 0) {
    address_ = SocketAddress(reinterpret_cast<const sockaddr*>(&bound), size);
  }
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
