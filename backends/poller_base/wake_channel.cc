#include "someos/backends/poller_base/wake_channel.h"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdint>
#include <utility>

#include "absl/strings/string_view.h"
#include "someos/api/errno_status.h"
#include "someos/backends/base/mutex.h"
#include "someos/backends/base/own_descriptor.h"
#include "someos/backends/base/owned_fd.h"
#include "someos/backends/poller_base/shortage.h"

#ifdef __linux__
#include <sys/eventfd.h>
#endif

namespace someos::poller_base {

using base::OwnDescriptor;
using base::SystemCalls;

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

uint32_t NewSerial() {
  static std::atomic<uint32_t> count{0};
  // Spreads the numbers of processes, so that a child that goes on counting does not meet those of
  // its parent.
  constexpr uint32_t kSpread = 0x9e3779b1u;
  return static_cast<uint32_t>(getpid()) * kSpread + count.fetch_add(1, std::memory_order_relaxed);
}

}  // namespace

WakeChannel::WakeChannel(base::OwnDescriptor read_end, base::OwnDescriptor write_end)
    : read_end_(std::move(read_end)), write_end_(std::move(write_end)), serial_(NewSerial()) {}

absl::StatusOr<WakeChannel> WakeChannel::Create([[maybe_unused]] SystemCalls calls) {
#ifdef __linux__
  OwnDescriptor event = OwnDescriptor::Take(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC), calls);
  if (event.valid()) return WakeChannel(std::move(event), OwnDescriptor());
  // After a shortage, a pipe would fail for the same reason.
  if (calls == SystemCalls::kRequired || IsShortage(errno)) {
    return ErrnoStatus(errno, "create a wake channel: eventfd");
  }
#endif
  return CreatePipe();
}

absl::StatusOr<WakeChannel> WakeChannel::CreatePipe() {
  constexpr absl::string_view kOperation = "create a wake channel: pipe";
  int ends[2];
  if (OpenPipe(ends, 0) != 0) return ErrnoStatus(errno, kOperation);
  base::OwnedFd second(ends[1]);
  OwnDescriptor read_end = OwnDescriptor::Take(ends[0]);
  if (!read_end.valid()) return ErrnoStatus(errno, kOperation);
  OwnDescriptor write_end = OwnDescriptor::Take(second.Release());
  if (!write_end.valid()) return ErrnoStatus(errno, kOperation);
  return WakeChannel(std::move(read_end), std::move(write_end));
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
  base::SchedulingPoint("WakeChannel.Signal", this);
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
  base::SchedulingPoint("WakeChannel.Drain", this);
  char buffer[256];
  ssize_t n;
  // After a read that fills the buffer there may be more; a shorter one, or EAGAIN, means empty.
  do {
    n = read(fd(), buffer, sizeof(buffer));
  } while (n == static_cast<ssize_t>(sizeof(buffer)) || (n < 0 && errno == EINTR));
  errno = saved;
}

}  // namespace someos::poller_base
