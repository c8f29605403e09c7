// Descriptors as messages of a socket: SCM_RIGHTS.

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstring>

#include "someos/backends/base/deadline.h"
#include "someos/backends/connection_socket/await.h"
#include "someos/backends/connection_socket/broken_pipe.h"
#include "someos/backends/connection_socket/stream.h"

namespace someos::connection_socket {
namespace {

// More than one is an error; but room is needed to see and to close those that come.
constexpr size_t kMostReceived = 253;  // what Linux sends at most

#ifdef MSG_CMSG_CLOEXEC
constexpr int kCloseOnExec = MSG_CMSG_CLOEXEC;
#else
constexpr int kCloseOnExec = 0;
#endif

// Memory for a control message with so many descriptors. CMSG_SPACE is no constant everywhere.
template <size_t kCount>
struct Control {
  alignas(cmsghdr) char bytes[sizeof(cmsghdr) + 2 * alignof(std::max_align_t) +
                              kCount * sizeof(int)] = {};
  static size_t size() { return CMSG_SPACE(kCount * sizeof(int)); }
};

struct Message {
  template <size_t kCount>
  explicit Message(Control<kCount>& control) {
    part.iov_base = &count;
    part.iov_len = 1;
    header.msg_iov = &part;
    header.msg_iovlen = 1;
    header.msg_control = control.bytes;
    header.msg_controllen = static_cast<decltype(header.msg_controllen)>(control.size());
  }

  // Python 3 insists on the number of descriptors; 2.7 sends 0 and accepts anything.
  char count = 1;
  iovec part = {};
  msghdr header = {};
};

// The first descriptor of the message, or -1; closes further ones.
int TakeDescriptor(msghdr& message) {
  int first = -1;
  for (cmsghdr* entry = CMSG_FIRSTHDR(&message); entry != nullptr;
       entry = CMSG_NXTHDR(&message, entry)) {
    if (entry->cmsg_level != SOL_SOCKET || entry->cmsg_type != SCM_RIGHTS) continue;
    const size_t count = (entry->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (size_t i = 0; i < count; ++i) {
      int fd;
      std::memcpy(&fd, CMSG_DATA(entry) + i * sizeof(fd), sizeof(fd));
      if (first < 0) {
        first = fd;
      } else {
        close(fd);
      }
    }
  }
  return first;
}

}  // namespace

Transfer Stream::SendDescriptor(int sent, base::Deadline& deadline) {
  Control<1> control;
  Message message(control);
  cmsghdr* entry = CMSG_FIRSTHDR(&message.header);
  entry->cmsg_level = SOL_SOCKET;
  entry->cmsg_type = SCM_RIGHTS;
  entry->cmsg_len = CMSG_LEN(sizeof(int));
  std::memcpy(CMSG_DATA(entry), &sent, sizeof(sent));
  while (true) {
    const Transfer ready = Await(Direction::kWrite, deadline);
    if (ready.end != Transfer::End::kBytes) return ready;
    const ssize_t count = sendmsg(fd(), &message.header, kNoSignal | MSG_DONTWAIT);
    if (count > 0) return Transfer::Bytes(1);
    if (errno == ENOBUFS) {
      if (Pause(deadline)) return Transfer::TimedOut();
    } else if (errno != EINTR && errno != EAGAIN) {
      return Transfer::Failed(errno);
    }
  }
}

Transfer Stream::ReceiveDescriptor(int& received, base::Deadline& deadline) {
  received = -1;
  Control<kMostReceived> control;
  while (true) {
    const Transfer ready = Await(Direction::kRead, deadline);
    if (ready.end != Transfer::End::kBytes) return ready;
    Message message(control);
    const ssize_t count = recvmsg(fd(), &message.header, kCloseOnExec | MSG_DONTWAIT);
    if (count == 0) return Transfer::EndOfFile();
    if (count < 0) {
      if (errno == EINTR || errno == EAGAIN) continue;
      return Transfer::Failed(errno);
    }
    received = TakeDescriptor(message.header);
    if (received >= 0 && kCloseOnExec == 0) fcntl(received, F_SETFD, FD_CLOEXEC);
    return Transfer::Bytes(1);
  }
}

}  // namespace someos::connection_socket
