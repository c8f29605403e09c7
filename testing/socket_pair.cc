#include "someos/testing/socket_pair.h"

#include <sys/socket.h>

#include "someos/testing/scoped_fd.h"
#include "someos/testing/system_call.h"

namespace someos {

SocketPair::SocketPair() {
  int ends[2];
  MustSucceed(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), "socketpair");
  near = ScopedFd(NonBlocking(ends[0]));
  far = ScopedFd(NonBlocking(ends[1]));
}

}  // namespace someos
