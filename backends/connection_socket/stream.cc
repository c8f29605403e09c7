#include "someos/backends/connection_socket/stream.h"

#include <limits.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "someos/backends/base/broken_pipe.h"
#include "someos/backends/base/deadline.h"
#include "someos/backends/connection_socket/await.h"
#include "someos/backends/connection_socket/broken_pipe.h"

namespace someos::connection_socket {
namespace {

// More than this in one call is an error on some systems.
constexpr size_t kMostAtOnce = size_t{1} << 30;

bool IsSocket(int fd) {
  int type = 0;
  socklen_t size = sizeof(type);
  return fd >= 0 && getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) == 0;
}

// On other systems, the numbers of pipes may be equal though they are two.
bool AreOnePipe(int one, int other) {
#ifdef __linux__
  struct stat first;
  struct stat second;
  return fstat(one, &first) == 0 && fstat(other, &second) == 0 && S_ISFIFO(first.st_mode) &&
         first.st_dev == second.st_dev && first.st_ino == second.st_ino;
#else
  static_cast<void>(one);
  static_cast<void>(other);
  return false;
#endif
}

bool WouldBlock(int error) { return error == EAGAIN || error == EWOULDBLOCK; }

iovec PartOf(absl::string_view bytes, size_t most) {
  return {const_cast<char*>(bytes.data()), std::min(bytes.size(), most)};
}

// The system has no memory for it at the moment, which the BSDs and macOS say of AF_UNIX sockets
// that poll() calls writable.
bool LacksBuffers(int error) { return error == ENOBUFS; }

// Calls `operation` until it does something, and waits where it would block. `looks_first`: it
// blocks whatever the deadline is, so that it may be called only when it will not.
template <typename Operation>
Transfer Repeat(const Stream& stream, Direction direction, base::Deadline& deadline,
                bool looks_first, const Operation& operation) {
  bool look = looks_first && !deadline.infinite();
  while (true) {
    if (look) {
      const Transfer ready = stream.Await(direction, deadline);
      if (ready.end != Transfer::End::kBytes) return ready;
    }
    const ssize_t count = operation();
    if (count > 0) return Transfer::Bytes(static_cast<size_t>(count));
    if (count == 0) return Transfer::EndOfFile();
    const int error = errno;
    if (LacksBuffers(error)) {
      if (Pause(deadline)) return Transfer::TimedOut();
    } else if (WouldBlock(error)) {
      if (deadline.immediate()) return Transfer::TimedOut();
      look = true;
    } else if (error != EINTR) {
      return Transfer::Failed(error);
    }
  }
}

}  // namespace

Stream::Stream(int fd) : fd_(fd), is_socket_(IsSocket(fd)) {
  if (is_socket_) KeepQuiet(fd);
}

void Stream::ReaderStaysOpen(int reader) { may_break_ = !AreOnePipe(fd(), reader); }

Transfer Stream::Await(Direction direction, base::Deadline& deadline) const {
  const Awaited one = {fd(), direction};
  return AwaitAny(absl::MakeConstSpan(&one, 1), deadline);
}

Transfer Stream::Read(absl::Span<char> space, base::Deadline& deadline) {
  const size_t size = std::min(space.size(), kMostAtOnce);
  const int flags = deadline.infinite() ? 0 : MSG_DONTWAIT;
  return Repeat(*this, Direction::kRead, deadline, !is_socket_, [&] {
    return is_socket_ ? recv(fd(), space.data(), size, flags) : read(fd(), space.data(), size);
  });
}

Transfer Stream::Write(absl::string_view first, absl::string_view second,
                       base::Deadline& deadline) {
  // A pipe that is writable takes so much without blocking.
  const size_t most = is_socket_ || deadline.infinite() ? kMostAtOnce : PIPE_BUF;
  std::array<iovec, 2> parts = {PartOf(first, most)};
  parts[1] = PartOf(second, most - parts[0].iov_len);
  const int flags = kNoSignal | (deadline.infinite() ? 0 : MSG_DONTWAIT);
  return Repeat(*this, Direction::kWrite, deadline, !is_socket_, [&] {
    if (is_socket_) {
      msghdr message = {};
      message.msg_iov = parts.data();
      message.msg_iovlen = parts.size();
      return sendmsg(fd(), &message, flags);
    }
    const auto write = [&] { return writev(fd(), parts.data(), static_cast<int>(parts.size())); };
    if (!may_break_) return write();
    const base::BrokenPipeIsAnError in_this_thread;
    return write();
  });
}

}  // namespace someos::connection_socket
