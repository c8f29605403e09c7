#include "someos/tools/relay/socket.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#ifdef __linux__
#include <linux/sockios.h>
#endif

#include <cerrno>
#include <utility>

#include "absl/types/span.h"
#include "someos/tools/relay/socket_address.h"
#include "someos/tools/relay/system_sockets.h"

namespace someos::relay {
namespace {

// Where the flag is missing (macOS), ignoring SIGPIPE has to do; relay_main does so.
#ifdef MSG_NOSIGNAL
constexpr int kSendFlags = MSG_NOSIGNAL;
#else
constexpr int kSendFlags = 0;
#endif

// The errno of a system call, or 0, made again while it is interrupted or short of memory; but not
// for ever.
template <typename Call>
int Persist(Call call) {
  constexpr int kMostTries = 100;
  int error = 0;
  for (int i = 0; i < kMostTries; ++i) {
    error = call() == 0 ? 0 : errno;
    if (error != EINTR && error != ENOBUFS && error != ENOMEM) break;
  }
  return error;
}

}  // namespace

void Socket::Close() {
  if (valid()) close(std::exchange(fd_, -1));
}

void Socket::CloseWithReset() {
  const linger at_once = {/*l_onoff=*/1, /*l_linger=*/0};
  if (valid()) setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
  Close();
}

int SetFlags(int fd) {
  if (fcntl(fd, F_SETFD, FD_CLOEXEC) != 0 || fcntl(fd, F_SETFL, O_NONBLOCK) != 0) return errno;
  return 0;
}

Socket Duplicate(int fd) { return Socket(fcntl(fd, F_DUPFD_CLOEXEC, 0)); }

ssize_t Receive(int fd, absl::Span<char> room) { return recv(fd, room.data(), room.size(), 0); }

ssize_t Send(int fd, absl::Span<const char> data) {
  return send(fd, data.data(), data.size(), kSendFlags);
}

int Accept(int listener, Socket* accepted) {
#ifdef SOCK_NONBLOCK
  const int fd = accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (fd < 0) return errno;
  *accepted = Socket(fd);
  return 0;
#else
  const int fd = accept(listener, nullptr, nullptr);
  if (fd < 0) return errno;
  *accepted = Socket(fd);
  return SetFlags(fd);
#endif
}

int NewSocket(int family, Socket* made) {
#ifdef SOCK_NONBLOCK
  const int fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
#else
  const int fd = socket(family, SOCK_STREAM, 0);
#endif
  if (fd < 0) return errno;
  *made = Socket(fd);
  // A relay passes on at once what it got: holding back small segments (Nagle) would only add
  // its delay to the sender's own.
  if (family != AF_UNIX) {
    const int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  }
#ifdef SOCK_NONBLOCK
  return 0;
#else
  return SetFlags(fd);
#endif
}

int BeginConnect(int fd, const SocketAddress& address) {
  // An interrupted connect() goes on by itself, if it has begun; the next one tells.
  const int error = Persist([&] { return connect(fd, address.get(), address.size()); });
  if (error == EALREADY) return EINPROGRESS;
  return error == EISCONN ? 0 : error;
}

int EndStream(int fd) {
  const int error = Persist([&] { return shutdown(fd, SHUT_WR); });
  return error == ENOTCONN ? 0 : error;
}

int ConnectResult(int fd, bool error_reported) {
  // A socket that has a peer is connected. Asking for it first costs one call in the usual case,
  // and a report that came too early does no harm: SO_ERROR alone is 0 also while connecting.
  sockaddr_storage peer;
  socklen_t size = sizeof(peer);
  if (getpeername(fd, reinterpret_cast<sockaddr*>(&peer), &size) == 0) return 0;
  int error = 0;
  size = sizeof(error);
  if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0) return errno;
  if (error != 0) return error;
  return error_reported ? ECONNREFUSED : EINPROGRESS;
}

PeerState PeerStateOf(int fd) {
  sockaddr_storage address = {};
  socklen_t size = sizeof(address);
  if (getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) return PeerState::kReset;
  if (address.ss_family == AF_UNIX) {
    pollfd entry = {fd, 0, 0};
    return poll(&entry, 1, /*timeout=*/0) > 0 ? PeerState::kClosed : PeerState::kThere;
  }
  // Not by poll(): macOS calls a half-closed connection hung up.
  size = sizeof(address);
  return getpeername(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0 ? PeerState::kThere
                                                                            : PeerState::kReset;
}

bool HasUnreadData(int fd) {
  char byte;
  return recv(fd, &byte, 1, MSG_PEEK) > 0;
}

bool HasUnsentData([[maybe_unused]] int fd) {
#if defined(SIOCOUTQNSD)
  constexpr unsigned long kRequest = SIOCOUTQNSD;
#elif defined(FIONWRITE)
  constexpr unsigned long kRequest = FIONWRITE;
#endif
#if defined(SIOCOUTQNSD) || defined(FIONWRITE)
  int bytes = 0;
  return ioctl(fd, kRequest, &bytes) == 0 && bytes > 0;
#else
  return false;
#endif
}

void MoveToLowestNumber(Socket* socket) {
  Socket lowest = Duplicate(socket->fd());
  if (lowest.valid() && lowest.fd() < socket->fd()) *socket = std::move(lowest);
}

}  // namespace someos::relay
