#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdint>
#include <utility>

#include "absl/types/span.h"
#include "someos/backends/base/winsock.h"
#include "someos/tools/relay/socket.h"
#include "someos/tools/relay/socket_address.h"
#include "someos/tools/relay/system_sockets.h"

namespace someos::relay {
namespace {

using base::SocketOf;

int LastError() { return base::ErrnoOfWinsock(WSAGetLastError()); }

// The result of a call that returns SOCKET_ERROR on failure, as an errno.
int ErrnoOf(int result) { return result == SOCKET_ERROR ? LastError() : 0; }

// The result of recv() or send(), as POSIX has it.
ssize_t WithErrno(int result) {
  if (result == SOCKET_ERROR) errno = LastError();
  return result;
}

int Size(size_t size) { return static_cast<int>(std::min<size_t>(size, INT_MAX)); }

void SetOption(int fd, int level, int option, const void* value, int size) {
  setsockopt(SocketOf(fd), level, option, static_cast<const char*>(value), size);
}

// Takes what socket() or accept() has returned.
int Take(SOCKET socket, Socket* taken) {
  if (socket == INVALID_SOCKET) return LastError();
  if (socket > static_cast<SOCKET>(INT32_MAX)) {
    closesocket(socket);
    return EMFILE;
  }
  *taken = Socket(static_cast<int>(socket));
  return SetFlags(taken->fd());
}

void SendWithoutDelay(const Socket& socket) {
  const BOOL on = TRUE;
  SetOption(socket.fd(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
}

}  // namespace

void Socket::Close() {
  if (valid()) closesocket(SocketOf(std::exchange(fd_, -1)));
}

void Socket::CloseWithReset() {
  const linger at_once = {/*l_onoff=*/1, /*l_linger=*/0};
  if (valid()) SetOption(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
  Close();
}

int SetFlags(int fd) {
  SetHandleInformation(reinterpret_cast<HANDLE>(SocketOf(fd)), HANDLE_FLAG_INHERIT, 0);
  u_long yes = 1;
  return ErrnoOf(ioctlsocket(SocketOf(fd), static_cast<long>(FIONBIO), &yes));
}

Socket Duplicate(int fd) {
  WSAPROTOCOL_INFOW description;
  if (WSADuplicateSocketW(SocketOf(fd), GetCurrentProcessId(), &description) != 0) return Socket();
  Socket duplicate;
  Take(WSASocketW(FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO, &description, 0,
                  WSA_FLAG_OVERLAPPED | WSA_FLAG_NO_HANDLE_INHERIT),
       &duplicate);
  return duplicate;
}

ssize_t Receive(int fd, absl::Span<char> room) {
  return WithErrno(recv(SocketOf(fd), room.data(), Size(room.size()), 0));
}

ssize_t Send(int fd, absl::Span<const char> data) {
  return WithErrno(send(SocketOf(fd), data.data(), Size(data.size()), 0));
}

int Accept(int listener, Socket* accepted) {
  const int error = Take(accept(SocketOf(listener), nullptr, nullptr), accepted);
  if (error == 0) SendWithoutDelay(*accepted);
  return error;
}

int NewSocket(int family, Socket* made) {
  const int error = Take(WSASocketW(family, SOCK_STREAM, IPPROTO_TCP, nullptr, 0,
                                    WSA_FLAG_OVERLAPPED | WSA_FLAG_NO_HANDLE_INHERIT),
                         made);
  if (error == 0) SendWithoutDelay(*made);
  return error;
}

int BeginConnect(int fd, const SocketAddress& address) {
  const int error = ErrnoOf(connect(SocketOf(fd), address.get(), address.size()));
  return error == EAGAIN ? EINPROGRESS : error;
}

int EndStream(int fd) {
  const int error = ErrnoOf(shutdown(SocketOf(fd), SD_SEND));
  return error == ENOTCONN ? 0 : error;
}

int ConnectResult(int fd, bool error_reported) {
  sockaddr_storage peer;
  int size = sizeof(peer);
  if (getpeername(SocketOf(fd), reinterpret_cast<sockaddr*>(&peer), &size) == 0) return 0;
  int error = 0;
  size = sizeof(error);
  char* const value = reinterpret_cast<char*>(&error);
  if (getsockopt(SocketOf(fd), SOL_SOCKET, SO_ERROR, value, &size) != 0) return LastError();
  if (error != 0) return base::ErrnoOfWinsock(error);
  return error_reported ? ECONNREFUSED : EINPROGRESS;
}

PeerState PeerStateOf(int fd) {
  sockaddr_storage address;
  int size = sizeof(address);
  return getpeername(SocketOf(fd), reinterpret_cast<sockaddr*>(&address), &size) == 0
             ? PeerState::kThere
             : PeerState::kReset;
}

bool HasUnreadData(int fd) {
  char byte;
  return recv(SocketOf(fd), &byte, 1, MSG_PEEK) > 0;
}

bool HasUnsentData(int /*fd*/) { return false; }

void MoveToLowestNumber(Socket* /*socket*/) {}

}  // namespace someos::relay
