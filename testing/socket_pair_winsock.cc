#include <utility>

#include "someos/testing/socket_pair.h"
#include "someos/testing/tcp.h"
#include "someos/testing/winsock_call.h"

namespace someos {
namespace {

// What is written arrives at once, whatever was written before.
void DoNotGather(int fd) {
  const BOOL yes = TRUE;
  MustSucceedInWinsock(setsockopt(HandleOf(fd), IPPROTO_TCP, TCP_NODELAY,
                                  reinterpret_cast<const char*>(&yes), sizeof(yes)),
                       "setsockopt");
}

}  // namespace

SocketPair::SocketPair() {
  TcpPair pair;
  DoNotGather(pair.near.get());
  DoNotGather(pair.far.get());
  near = std::move(pair.near);
  far = std::move(pair.far);
}

}  // namespace someos
