#include "someos/backends/poller_base/socket_error.h"

#include <sys/socket.h>

#include <cerrno>

#include "absl/strings/str_cat.h"
#include "someos/api/errno_status.h"

namespace someos::poller_base {

absl::StatusOr<int> TakeSocketError(int fd) {
  int error = 0;
  socklen_t size = sizeof(error);
  if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) == 0) return error;
  if (errno == ENOTSOCK) return 0;
  return ErrnoStatus(errno, absl::StrCat("take error of fd ", fd));
}

}  // namespace someos::poller_base
