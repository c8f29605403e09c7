#include "someos/backends/poller_base/wake_channel.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>

#include "someos/api/errno_status.h"

#ifdef __linux__
#include <sys/eventfd.h>
#endif

namespace someos::poller_base {
namespace {

// Opens a non-blocking, close-on-exec pipe: atomically where the system has pipe2(), which macOS
// does not.
template <typename Ends>
auto OpenPipe(Ends& ends, int /*preferred*/) -> decltype(pipe2(ends, O_CLOEXEC)) {
  return pipe2(ends, O_NONBLOCK | O_CLOEXEC);
}

template <typename Ends>
int OpenPipe(Ends& ends, long /*fallback*/) {
  if (pipe(ends) != 0) return -1;
  base::OwnedFd read_end(ends[0]), write_end(ends[1]);
  for (const int end : ends) {
    if (fcntl(end, F_SETFL, O_NONBLOCK) != 0 || fcntl(end, F_SETFD, FD_CLOEXEC) != 0) return -1;
  }
  read_end.Release(), write_end.Release();
  return 0;
}

}  // namespace

absl::StatusOr<WakeChannel> WakeChannel::Create() {
#ifdef __linux__
  base::OwnedFd event(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
  if (!event.valid()) return ErrnoStatus(errno, "create a wake channel: eventfd");
  return WakeChannel(std::move(event), base::OwnedFd());
#else
  return CreatePipe();
#endif
}

absl::StatusOr<WakeChannel> WakeChannel::CreatePipe() {
  int ends[2];
  if (OpenPipe(ends, 0) != 0) return ErrnoStatus(errno, "create a wake channel: pipe");
  return WakeChannel(base::OwnedFd(ends[0]), base::OwnedFd(ends[1]));
}

int WakeChannel::WriteOne() const {
  const uint64_t one = 1;  // an eventfd takes exactly eight bytes, a pipe any number
  while (write(write_fd(), &one, sizeof(one)) < 0) {
    if (errno != EINTR) return errno;
  }
  return 0;
}

int WakeChannel::Signal() const {
  const int saved = errno;
  int error = WriteOne();
  if (error == EAGAIN) {
    // Full, and so readable. But an edge-triggered wait has been told of that already, and returns
    // only after another write.
    Drain();
    error = WriteOne();
  }
  errno = saved;
  // If it is full again, another thread has written after the channel was empty.
  return error == EAGAIN ? 0 : error;
}

void WakeChannel::Drain() const {
  const int saved = errno;
  char buffer[256];
  ssize_t n;
  // After a read that fills the buffer there may be more; a shorter one, or EAGAIN, means empty.
  do {
    n = read(fd(), buffer, sizeof(buffer));
  } while (n == static_cast<ssize_t>(sizeof(buffer)) || (n < 0 && errno == EINTR));
  errno = saved;
}

}  // namespace someos::poller_base
