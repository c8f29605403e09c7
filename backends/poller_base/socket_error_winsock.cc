#include <winsock2.h>

#include "absl/strings/str_cat.h"
#include "someos/backends/base/winsock.h"
#include "someos/backends/poller_base/socket_error.h"

namespace someos::poller_base {

absl::StatusOr<int> TakeSocketError(int fd) {
  int error = 0;
  int size = sizeof(error);
  char* const value = reinterpret_cast<char*>(&error);
  if (getsockopt(base::SocketOf(fd), SOL_SOCKET, SO_ERROR, value, &size) == 0) {
    return error == 0 ? 0 : base::ErrnoOfWinsock(error);
  }
  const int failure = WSAGetLastError();
  return base::WinsockError(failure, absl::StrCat("take error of fd ", fd));
}

}  // namespace someos::poller_base
