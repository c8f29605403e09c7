#include "someos/testing/queued_error.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <utility>

#include "someos/testing/scoped_fd.h"
#include "someos/testing/system_call.h"

namespace someos {
namespace {

ScopedFd UdpSocket() {
  return ScopedFd(NonBlocking(MustSucceed(socket(AF_INET, SOCK_DGRAM, 0), "socket")));
}

bool RequestQueue([[maybe_unused]] int fd) {
#ifdef IP_RECVERR
  const int on = 1;
  if (setsockopt(fd, IPPROTO_IP, IP_RECVERR, &on, sizeof(on)) != 0) return false;
  // There is none if reading from it succeeds: qemu's user mode reads nothing, and says so forever.
  msghdr message = {};
  return recvmsg(fd, &message, MSG_ERRQUEUE) < 0;
#else
  return false;
#endif
}

}  // namespace

QueuedError::QueuedError(bool queue) {
  ScopedFd client = UdpSocket();
  if (queue && !RequestQueue(client.get())) return;
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  auto* const name = reinterpret_cast<sockaddr*>(&address);
  ScopedFd server = UdpSocket();
  MustSucceed(bind(server.get(), name, size), "bind");
  MustSucceed(getsockname(server.get(), name, &size), "getsockname");
  MustSucceed(connect(client.get(), name, size), "connect");
  server.reset();
  MustSucceed(send(client.get(), "x", 1, 0), "send");
  pollfd refused = {client.get(), POLLIN, 0};
  MustSucceed(poll(&refused, 1, 10'000), "poll");
  socket_ = std::move(client);
}

int QueuedError::ReadQueue() const {
  int messages = 0;
#ifdef MSG_ERRQUEUE
  msghdr message = {};
  while (recvmsg(fd(), &message, MSG_ERRQUEUE) >= 0) ++messages;
#endif
  return messages;
}

}  // namespace someos
