#include "someos/testing/tcp.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>

#include "someos/testing/scoped_fd.h"
#include "someos/testing/stream_io.h"
#include "someos/testing/system_call.h"

namespace someos {
namespace {

ScopedFd NewSocket() {
  return ScopedFd(NonBlocking(MustSucceed(socket(AF_INET, SOCK_STREAM, 0), "socket")));
}

void AwaitPollEvent(int fd, short events) {
  pollfd entry = {fd, events, 0};
  while (poll(&entry, 1, -1) < 0) {
    if (errno != EINTR) MustSucceed(-1, "poll");
  }
}

sockaddr_in LoopbackAddress(in_port_t port) {
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = port;
  return address;
}

ScopedFd BeginConnectTo(in_port_t port, int* error) {
  const sockaddr_in address = LoopbackAddress(port);
  ScopedFd client = NewSocket();
  const int result =
      connect(client.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address));
  *error = result == 0 ? 0 : errno;
  return client;
}

// The port that a socket is bound to.
in_port_t PortOf(int fd) {
  sockaddr_in name = {};
  socklen_t length = sizeof(name);
  MustSucceed(getsockname(fd, reinterpret_cast<sockaddr*>(&name), &length), "getsockname");
  return name.sin_port;
}

}  // namespace

TcpServer::TcpServer() : socket_(NewSocket()) {
  const sockaddr_in any = LoopbackAddress(0);
  MustSucceed(bind(fd(), reinterpret_cast<const sockaddr*>(&any), sizeof(any)), "bind");
  port_ = PortOf(fd());
}

void TcpServer::Listen() { MustSucceed(listen(fd(), 16), "listen"); }

ScopedFd TcpServer::Accept() {
  AwaitPollEvent(fd(), POLLIN);
  return ScopedFd(NonBlocking(MustSucceed(accept(fd(), nullptr, nullptr), "accept")));
}

ScopedFd TcpServer::BeginConnect(int* error) const { return BeginConnectTo(port_, error); }

TcpPair::TcpPair() {
  TcpServer server;
  server.Listen();
  int error = 0;
  near = server.BeginConnect(&error);
  if (error != 0 && error != EINPROGRESS) {
    errno = error;
    MustSucceed(-1, "connect");
  }
  far = server.Accept();
  AwaitPollEvent(near.get(), POLLOUT);
}

ScopedFd BeginRefusedConnect() {
  // The port of a connection: nobody else gets it, and nobody listens there. (One of a socket that
  // is bound and does not listen would do but for OpenBSD, whose tcp_input.c answers nothing then.)
  // It is the side of which bind() has taken the port: one that connect() has taken is given to
  // other sockets too, and one that connects to its own port gets a connection to itself.
  const TcpPair connection;
  const in_port_t port = PortOf(connection.far.get());
  // FreeBSD's connect() tells the refusal, which another thread brings, if that is the faster one.
  constexpr int kAttempts = 100;
  for (int i = 0; i < kAttempts; ++i) {
    int error = 0;
    ScopedFd client = BeginConnectTo(port, &error);
    if (error == EINPROGRESS) return client;
    if (error == ECONNREFUSED) continue;
    errno = error;
    MustSucceed(-1, "connect");
  }
  return ScopedFd();
}

void FillConnection(int fd) {
  // FreeBSD has the send buffer grow, and takes out of it what arrived, when an acknowledgement
  // comes (tcp_output.c, tcp_sndbuf_autoscale), which is after the write that found it full.
  constexpr int kSettled = 50;  // milliseconds
  pollfd room = {fd, POLLOUT, 0};
  do {
    Fill(fd);
  } while (poll(&room, 1, kSettled) != 0);
}

void SendUrgent(int fd, char byte) { MustSucceed(send(fd, &byte, 1, MSG_OOB), "send"); }

char ReceiveUrgent(int fd) {
  char byte = 0;
  MustSucceed(recv(fd, &byte, 1, MSG_OOB), "recv");
  return byte;
}

void CloseWithReset(ScopedFd& socket) {
  linger abortive = {};
  abortive.l_onoff = 1;
  MustSucceed(setsockopt(socket.get(), SOL_SOCKET, SO_LINGER, &abortive, sizeof(abortive)),
              "setsockopt");
  socket.reset();
}

void AwaitArrival(int fd) { AwaitPollEvent(fd, POLLIN); }

}  // namespace someos
