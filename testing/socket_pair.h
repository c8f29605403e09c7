// Two connected stream sockets, both non-blocking: unix-domain ones, on Windows TCP's.

#ifndef SOMEOS_TESTING_SOCKET_PAIR_H_
#define SOMEOS_TESTING_SOCKET_PAIR_H_

#include "someos/testing/scoped_fd.h"

namespace someos {

// `near` is the end that a scenario watches, `far` is its peer.
struct SocketPair {
  SocketPair();

  ScopedFd near;
  ScopedFd far;
};

}  // namespace someos

#endif  // SOMEOS_TESTING_SOCKET_PAIR_H_
