// Two connected unix-domain stream sockets, both non-blocking.

#ifndef SOMEOS_TESTING_SOCKET_PAIR_H_
#define SOMEOS_TESTING_SOCKET_PAIR_H_

#include <sys/socket.h>

#include "someos/testing/scoped_fd.h"
#include "someos/testing/system_call.h"

namespace someos {

// `near` is the end that a scenario watches, `far` is its peer.
struct SocketPair {
  SocketPair() {
    int ends[2];
    MustSucceed(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), "socketpair");
    near = ScopedFd(NonBlocking(ends[0]));
    far = ScopedFd(NonBlocking(ends[1]));
  }

  ScopedFd near;
  ScopedFd far;
};

}  // namespace someos

#endif  // SOMEOS_TESTING_SOCKET_PAIR_H_
