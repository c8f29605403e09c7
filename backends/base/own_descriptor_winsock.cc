#include <winsock2.h>

#include <cerrno>

#include "someos/backends/base/fork_generation.h"
#include "someos/backends/base/own_descriptor.h"
#include "someos/backends/base/winsock.h"

namespace someos::base {

// Sockets and the standard streams are numbered independently.
int AboveStandardStreams(int fd) { return fd; }

OwnDescriptor OwnDescriptor::Take(int fd, SystemCalls calls) {
  return fd < 0 ? OwnDescriptor() : OwnDescriptor(fd, calls);
}

void OwnDescriptor::Confirm() { file_.fork_generation = ForkGeneration(); }

// There are no forked children.
bool OwnDescriptor::IsUnchanged() const { return valid(); }
bool OwnDescriptor::IsReplaced() const { return false; }

void OwnDescriptor::Close() {
  if (!valid()) return;
  const int saved = errno;
  closesocket(SocketOf(fd_));
  errno = saved;
  fd_ = -1;
}

}  // namespace someos::base
