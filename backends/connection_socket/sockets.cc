#include "someos/backends/connection_socket/sockets.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "someos/api/errno_status.h"
#include "someos/api/multiprocessing/connection/address.h"
#include "someos/api/multiprocessing/connection/errors.h"
#include "someos/backends/base/close_on_exec_pair.h"
#include "someos/backends/base/deadline.h"
#include "someos/backends/base/owned_fd.h"
#include "someos/backends/base/trusted_environment.h"
#include "someos/backends/connection_socket/await.h"
#include "someos/backends/connection_socket/socket_name.h"
#include "someos/backends/connection_socket/stream.h"

namespace someos::connection_socket {
namespace {

using base::OwnedFd;
using multiprocessing::Address;

[[maybe_unused]] void CloseOnExec(int fd) { fcntl(fd, F_SETFD, FD_CLOEXEC); }

bool SetBlocking(int fd, bool blocking) {
  const int flags = fcntl(fd, F_GETFL);
  const int wanted = blocking ? flags & ~O_NONBLOCK : flags | O_NONBLOCK;
  return flags >= 0 && (wanted == flags || fcntl(fd, F_SETFL, wanted) == 0);
}

// At once where the system can, so that no child that another thread starts inherits it.
OwnedFd NewSocket(int family) {
#ifdef SOCK_CLOEXEC
  return OwnedFd(socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0));
#else
  OwnedFd fd(socket(family, SOCK_STREAM, 0));
  if (fd.valid()) CloseOnExec(fd.get());
  return fd;
#endif
}

OwnedFd AcceptSocket(int listening, SocketName& name) {
#ifdef SOCK_CLOEXEC
  return OwnedFd(accept4(listening, name.get(), &name.size, SOCK_CLOEXEC));
#else
  OwnedFd fd(accept(listening, name.get(), &name.size));
  if (fd.valid()) CloseOnExec(fd.get());
  return fd;
#endif
}

absl::Status Failed(absl::string_view operation, const Address& address) {
  return ErrnoStatus(errno, absl::StrCat(operation, " ", address.ToString()));
}

absl::StatusOr<BoundSocket> ListenBound(OwnedFd fd, const Address& address, int backlog) {
  if (listen(fd.get(), backlog) != 0) return Failed("listen", address);
  SocketName bound;
  if (getsockname(fd.get(), bound.get(), &bound.size) != 0) return Failed("getsockname", address);
  return BoundSocket{std::move(fd), AddressOf(bound)};
}

int ConnectOnce(int fd, const SocketName& name) {
  return connect(fd, name.get(), name.size) == 0 ? 0 : errno;
}

// Waits until a connect() that is under way has ended. Returns its errno; ETIMEDOUT also if the
// deadline has passed, which `timed_out` tells.
int FinishConnect(const Stream& socket, base::Deadline& deadline, bool& timed_out) {
  const Transfer ready = socket.Await(Direction::kWrite, deadline);
  timed_out = ready.end == Transfer::End::kTimedOut;
  if (timed_out) return ETIMEDOUT;
  if (ready.end == Transfer::End::kFailed) return ready.error;
  int error = 0;
  socklen_t size = sizeof(error);
  return getsockopt(socket.fd(), SOL_SOCKET, SO_ERROR, &error, &size) == 0 ? error : errno;
}

}  // namespace

absl::StatusOr<BoundSocket> Listen(const Address& address, int backlog) {
  const absl::StatusOr<SocketName> name = NameOf(address);
  if (!name.ok()) return name.status();
  OwnedFd fd = NewSocket(name->storage.ss_family);
  const int on = 1;
  if (!fd.valid() || setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) != 0 ||
      !SetBlocking(fd.get(), false)) {
    return Failed("socket for", address);
  }
  if (bind(fd.get(), name->get(), name->size) != 0) return Failed("bind", address);
  absl::StatusOr<BoundSocket> listening = ListenBound(std::move(fd), address, backlog);
  const bool has_path =
      address.family() == multiprocessing::Family::kUnix && !address.is_abstract();
  if (!listening.ok() && has_path) RemoveSocket(std::string(address.path()));  // bind() made it
  return listening;
}

absl::StatusOr<std::optional<BoundSocket>> Accept(int listening) {
  SocketName name;
  OwnedFd fd = AcceptSocket(listening, name);
  if (!fd.valid()) {
    switch (errno) {
      case EAGAIN:
#if EWOULDBLOCK != EAGAIN
      case EWOULDBLOCK:
#endif
      case EINTR:
      case ECONNABORTED:  // it has gone already
      case EPROTO:
        return std::nullopt;
      default:
        return ErrnoStatus(errno, absl::StrCat("accept fd ", listening));
    }
  }
  // The BSDs let it inherit what the listening socket has.
  if (!SetBlocking(fd.get(), true)) return ErrnoStatus(errno, absl::StrCat("fcntl fd ", fd.get()));
  return BoundSocket{std::move(fd), AddressOf(name)};
}

absl::StatusOr<OwnedFd> Connect(const Address& address, base::Deadline& deadline) {
  const absl::StatusOr<SocketName> name = NameOf(address);
  if (!name.ok()) return name.status();
  Stream socket(NewSocket(name->storage.ss_family).Release());
  if (!socket.valid() || !SetBlocking(socket.fd(), false)) return Failed("socket for", address);
  const std::string operation = absl::StrCat("connect to ", address.ToString());
  while (true) {
    int error = ConnectOnce(socket.fd(), *name);
    bool timed_out = false;
    if (error == EINPROGRESS || error == EINTR) error = FinishConnect(socket, deadline, timed_out);
    // Linux: the listener's queue is full. (Of other families: no local port is left.)
    const bool is_full = error == EAGAIN && address.family() == multiprocessing::Family::kUnix;
    if (is_full) timed_out = Pause(deadline);
    if (timed_out) return multiprocessing::TimeoutError(absl::StrCat(operation, ": timed out"));
    if (is_full) continue;
    if (error != 0) return ErrnoStatus(error, operation);
    if (!SetBlocking(socket.fd(), true)) return Failed("fcntl of a socket for", address);
    return OwnedFd(socket.Release());
  }
}

absl::StatusOr<std::array<OwnedFd, 2>> SocketPair() {
  int ends[2];
  if (!base::OpenCloseOnExecSockets(ends)) return ErrnoStatus(errno, "socketpair");
  return std::array<OwnedFd, 2>{OwnedFd(ends[0]), OwnedFd(ends[1])};
}

absl::StatusOr<std::array<OwnedFd, 2>> Pipe() {
  int ends[2];
  if (!base::OpenCloseOnExecPipe(ends)) return ErrnoStatus(errno, "pipe");
  return std::array<OwnedFd, 2>{OwnedFd(ends[0]), OwnedFd(ends[1])};
}

absl::StatusOr<std::string> MakeTemporaryDirectory() {
  const char* parent = base::TrustedEnvironment("TMPDIR");
  std::string path =
      absl::StrCat(parent != nullptr && *parent != '\0' ? parent : "/tmp", "/pymp-XXXXXX");
  if (mkdtemp(path.data()) == nullptr) return ErrnoStatus(errno, absl::StrCat("mkdtemp ", path));
  return path;
}

void RemoveSocket(const std::string& path) { (void)unlink(path.c_str()); }

void RemoveDirectory(const std::string& path) { (void)rmdir(path.c_str()); }

}  // namespace someos::connection_socket
