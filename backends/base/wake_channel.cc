#include "someos/backends/base/wake_channel.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>

#include "someos/api/errno_status.h"

#ifdef __linux__
#include <sys/eventfd.h>
#endif

namespace someos::base {
namespace {

bool SetNonBlockingAndCloseOnExec(int fd) {
  const int flags = fcntl(fd, F_GETFL);
  return flags >= 0 && fcntl(fd, F_SETFL, flags | O_NONBLOCK) == 0 &&
         fcntl(fd, F_SETFD, FD_CLOEXEC) == 0;
}

}  // namespace

absl::StatusOr<WakeChannel> WakeChannel::Create() {
#ifdef __linux__
  OwnedFd event(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
  if (!event.valid()) return ErrnoStatus(errno, "create a wake channel: eventfd");
  return WakeChannel(std::move(event), OwnedFd());
#else
  return CreatePipe();
#endif
}

absl::StatusOr<WakeChannel> WakeChannel::CreatePipe() {
  // pipe2 would be atomic, but macOS has none.
  int ends[2];
  if (pipe(ends) != 0) return ErrnoStatus(errno, "create a wake channel: pipe");
  OwnedFd read_end(ends[0]), write_end(ends[1]);
  if (!SetNonBlockingAndCloseOnExec(ends[0]) || !SetNonBlockingAndCloseOnExec(ends[1])) {
    return ErrnoStatus(errno, "create a wake channel: fcntl");
  }
  return WakeChannel(std::move(read_end), std::move(write_end));
}

int WakeChannel::Signal() const {
  const int saved = errno;
  const uint64_t one = 1;  // an eventfd takes exactly eight bytes, a pipe any
  int error;
  do {
    error = write(write_fd(), &one, sizeof(one)) < 0 ? errno : 0;
  } while (error == EINTR);
  errno = saved;
  return error == EAGAIN ? 0 : error;
}

void WakeChannel::Drain() const {
  const int saved = errno;
  char buffer[256];
  ssize_t n;
  // A full buffer may have left more behind; anything less, and EAGAIN, means empty.
  do {
    n = read(fd(), buffer, sizeof(buffer));
  } while (n == static_cast<ssize_t>(sizeof(buffer)) || (n < 0 && errno == EINTR));
  errno = saved;
}

}  // namespace someos::base
