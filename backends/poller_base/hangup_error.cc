#include "someos/backends/poller_base/hangup_error.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <cerrno>

namespace someos::poller_base {
namespace {

// On some BSDs both ends of a pipe are open for reading and writing; there, only the interest shows
// which end is meant.
bool IsReadOnly(int fd) { return (fcntl(fd, F_GETFL) & O_ACCMODE) == O_RDONLY; }

// MSG_PEEK returns a pending error without consuming it.
bool HasError(int socket) {
  char byte;
  if (recv(socket, &byte, 1, MSG_PEEK | MSG_DONTWAIT) >= 0) return false;
  return errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR && errno != ENOTCONN;
}

}  // namespace

bool HangupIsError(int fd, Interest interest) {
  const int saved = errno;
  struct stat status;
  bool result = false;
  if (fstat(fd, &status) != 0) {
    result = false;  // closed in the meantime
  } else if (S_ISFIFO(status.st_mode)) {
    result = HasAny(interest, Interest::kWritable) && !IsReadOnly(fd);
  } else if (S_ISSOCK(status.st_mode)) {
    result = HasError(fd);
  }
  errno = saved;
  return result;
}

}  // namespace someos::poller_base
