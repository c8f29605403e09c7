#include "someos/backends/process_base/child_side.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "someos/backends/process_base/child.h"
#include "someos/backends/process_base/detached_thread.h"
#include "someos/backends/process_base/sentinel.h"
#include "someos/backends/process_base/start_method.h"

namespace someos::multiprocessing::process_base {

ChildSide GivenDescriptors(int count) {
  ChildSide side;
  side.parent = kFirstChildDescriptor;
  for (int i = 1; i < count; ++i) side.descriptors.push_back(kFirstChildDescriptor + i);
  // The one after them is the sentinel's, where that is a pipe.
  const int end =
      kFirstChildDescriptor + count + (Sentinel::BestKind() == Sentinel::Kind::kPipe ? 1 : 0);
  for (int fd = kFirstChildDescriptor; fd < end; ++fd) (void)fcntl(fd, F_SETFD, FD_CLOEXEC);
  return side;
}

void FlushStandardStreams() {
  std::fflush(stdout);
  std::fflush(stderr);
}

void EmptyStandardInput() {
  const int empty = open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (empty < 0) return;
  if (empty == STDIN_FILENO) {
    (void)fcntl(empty, F_SETFD, 0);
    return;
  }
  (void)dup2(empty, STDIN_FILENO);
  close(empty);
}

bool EndWithParent(int parent) {
  return StartDetachedThread([parent] {
    pollfd entry = {parent, POLLIN, 0};
    while (poll(&entry, 1, -1) < 0 && errno == EINTR) {
    }
    kill(getpid(), SIGKILL);
  });
}

}  // namespace someos::multiprocessing::process_base
