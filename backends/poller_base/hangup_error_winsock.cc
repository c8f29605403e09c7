#include <winsock2.h>

#include <cerrno>

#include "someos/backends/base/winsock.h"
#include "someos/backends/poller_base/hangup_error.h"

namespace someos::poller_base {

bool HangupIsError(int fd, Interest /*interest*/) {
  const int saved = errno;
  char byte;
  const bool failed = recv(base::SocketOf(fd), &byte, 1, MSG_PEEK) < 0;
  const int error = failed ? WSAGetLastError() : 0;
  errno = saved;
  return failed && error != WSAEWOULDBLOCK && error != WSAENOTCONN && error != WSAENOTSOCK;
}

}  // namespace someos::poller_base
