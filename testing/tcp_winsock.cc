#include <cerrno>

#include "someos/testing/scoped_fd.h"
#include "someos/testing/stream_io.h"
#include "someos/testing/tcp.h"
#include "someos/testing/winsock_call.h"

namespace someos {
namespace {

ScopedFd NewSocket() {
  // Winsock is started for the process, and stays so.
  static const int started = [] {
    WSADATA data;
    return WSAStartup(MAKEWORD(2, 2), &data);
  }();
  MustSucceedInWinsock(started == 0 ? 0 : SOCKET_ERROR, "WSAStartup");
  return ScopedFd(NonBlocking(FdOf(socket(AF_INET, SOCK_STREAM, IPPROTO_TCP), "socket")));
}

// Returns whether one of `events` has come, in so many milliseconds or, if they are negative, at
// all.
bool AwaitPollEvent(int fd, short events, int milliseconds) {
  WSAPOLLFD entry = {HandleOf(fd), events, 0};
  return MustSucceedInWinsock(WSAPoll(&entry, 1, milliseconds), "WSAPoll") > 0;
}

sockaddr_in LoopbackAddress(uint16_t port) {
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = port;
  return address;
}

ScopedFd BeginConnectTo(uint16_t port, int* error) {
  const sockaddr_in address = LoopbackAddress(port);
  ScopedFd client = NewSocket();
  const auto* const name = reinterpret_cast<const sockaddr*>(&address);
  *error = 0;
  if (connect(HandleOf(client.get()), name, sizeof(address)) != 0) {
    if (WSAGetLastError() != WSAEWOULDBLOCK) FailInWinsock("connect");
    *error = EINPROGRESS;
  }
  return client;
}

}  // namespace

TcpServer::TcpServer() : socket_(NewSocket()) {
  sockaddr_in address = LoopbackAddress(0);
  auto* const name = reinterpret_cast<sockaddr*>(&address);
  int size = sizeof(address);
  MustSucceedInWinsock(bind(HandleOf(fd()), name, size), "bind");
  MustSucceedInWinsock(getsockname(HandleOf(fd()), name, &size), "getsockname");
  port_ = address.sin_port;
}

void TcpServer::Listen() { MustSucceedInWinsock(listen(HandleOf(fd()), 16), "listen"); }

ScopedFd TcpServer::Accept() {
  AwaitPollEvent(fd(), POLLRDNORM, -1);
  return ScopedFd(NonBlocking(FdOf(accept(HandleOf(fd()), nullptr, nullptr), "accept")));
}

ScopedFd TcpServer::BeginConnect(int* error) const { return BeginConnectTo(port_, error); }

TcpPair::TcpPair() {
  TcpServer server;
  server.Listen();
  int error = 0;
  near = server.BeginConnect(&error);
  far = server.Accept();
  AwaitPollEvent(near.get(), POLLWRNORM, -1);
}

ScopedFd BeginRefusedConnect() {
  const TcpServer nobody_listens;
  int error = 0;
  return nobody_listens.BeginConnect(&error);
}

void FillConnection(int fd) {
  constexpr int kSettled = 50;  // milliseconds
  do {
    Fill(fd);
  } while (AwaitPollEvent(fd, POLLWRNORM, kSettled));
}

void SendUrgent(int fd, char byte) {
  MustSucceedInWinsock(send(HandleOf(fd), &byte, 1, MSG_OOB), "send");
}

char ReceiveUrgent(int fd) {
  char byte = 0;
  MustSucceedInWinsock(recv(HandleOf(fd), &byte, 1, MSG_OOB), "recv");
  return byte;
}

void CloseWithReset(ScopedFd& socket) {
  linger abortive = {};
  abortive.l_onoff = 1;
  MustSucceedInWinsock(setsockopt(HandleOf(socket.get()), SOL_SOCKET, SO_LINGER,
                                  reinterpret_cast<const char*>(&abortive), sizeof(abortive)),
                       "setsockopt");
  socket.reset();
}

void AwaitArrival(int fd) { AwaitPollEvent(fd, POLLRDNORM, -1); }

}  // namespace someos
