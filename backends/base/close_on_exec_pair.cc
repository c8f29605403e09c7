#include "someos/backends/base/close_on_exec_pair.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace someos::base {
namespace {

[[maybe_unused]] void SetCloseOnExec(const int (&ends)[2]) {
  for (const int end : ends) fcntl(end, F_SETFD, FD_CLOEXEC);
}

}  // namespace

bool OpenCloseOnExecPipe(int (&ends)[2]) {
#ifdef __APPLE__
  if (pipe(ends) != 0) return false;
  SetCloseOnExec(ends);
  return true;
#else
  return pipe2(ends, O_CLOEXEC) == 0;
#endif
}

bool OpenCloseOnExecSockets(int (&ends)[2]) {
#ifdef SOCK_CLOEXEC
  return socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0;
#else
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0) return false;
  SetCloseOnExec(ends);
  return true;
#endif
}

}  // namespace someos::base
