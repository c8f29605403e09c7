#include "someos/tools/bench/listening_socket.h"

#include <sys/socket.h>

#include "someos/testing/scoped_fd.h"
#include "someos/testing/tcp.h"

namespace someos::bench {

void ListeningSocket::AcceptAndReset() const {
  ScopedFd connection(accept(fd(), nullptr, nullptr));
  if (connection.get() >= 0) CloseWithReset(connection);
}

void ListeningSocket::ConnectUntilReset() const {
  int error;
  const ScopedFd client = server_.BeginConnect(&error);
  AwaitArrival(client.get());
}

}  // namespace someos::bench
