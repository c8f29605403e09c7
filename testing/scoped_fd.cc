#include "someos/testing/scoped_fd.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "someos/testing/system_call.h"

namespace someos {

void ScopedFd::reset() {
  // FreeBSD's close(2): ECONNRESET, of a connection that the peer has reset. It is closed.
  if (fd_ >= 0 && close(std::exchange(fd_, -1)) != 0 && errno != ECONNRESET) {
    MustSucceed(-1, "close");
  }
}

ScopedFd Duplicate(int fd) { return ScopedFd(MustSucceed(dup(fd), "dup")); }

ScopedFd DuplicateTo(int number, int fd) {
  ScopedFd duplicate(MustSucceed(fcntl(fd, F_DUPFD_CLOEXEC, number), "fcntl"));
  if (duplicate.get() == number) return duplicate;
  std::fprintf(stderr, "fd %d is open already\n", number);
  std::abort();
}

void GiveNumber(const ScopedFd& number, const ScopedFd& file) {
  MustSucceed(dup2(file.get(), number.get()), "dup2");
}

int NonBlocking(int fd) {
  MustSucceed(fcntl(fd, F_SETFL, MustSucceed(fcntl(fd, F_GETFL), "fcntl") | O_NONBLOCK), "fcntl");
  MustSucceed(fcntl(fd, F_SETFD, FD_CLOEXEC), "fcntl");
  return fd;
}

}  // namespace someos
