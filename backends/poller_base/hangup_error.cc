#include "someos/backends/poller_base/hangup_error.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <cerrno>

namespace someos::poller_base {
namespace {

// BSDs open both ends of a pipe for reading and writing: which one it is, the interest tells.
bool IsForReading(int fd) { return (fcntl(fd, F_GETFL) & O_ACCMODE) == O_RDONLY; }

// A look at the data tells the error that is in their place, and leaves it where it is.
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
    result = false;  // closed meanwhile
  } else if (S_ISFIFO(status.st_mode)) {
    result = HasAny(interest, Interest::kWritable) && !IsForReading(fd);
  } else if (S_ISSOCK(status.st_mode)) {
    result = HasError(fd);
  }
  errno = saved;
  return result;
}

}  // namespace someos::poller_base
