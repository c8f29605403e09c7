#include "someos/backends/process_base/own_pipe.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "absl/status/statusor.h"
#include "someos/api/errno_status.h"
#include "someos/backends/base/own_descriptor.h"

namespace someos::multiprocessing::process_base {
namespace {

// False with errno.
bool OpenPipe(int (&ends)[2]) {
#ifdef __APPLE__
  if (pipe(ends) != 0) return false;
  for (const int end : ends) fcntl(end, F_SETFD, FD_CLOEXEC);
  return true;
#else
  return pipe2(ends, O_CLOEXEC) == 0;
#endif
}

}  // namespace

absl::StatusOr<OwnPipe> MakeOwnPipe() {
  int ends[2];
  if (!OpenPipe(ends)) return ErrnoStatus(errno, "pipe");
  OwnPipe made;
  made.read_end = base::OwnDescriptor::Take(ends[0]);
  const int error = errno;
  made.write_end = base::OwnDescriptor::Take(ends[1]);
  if (!made.read_end.valid()) return ErrnoStatus(error, "pipe");
  if (!made.write_end.valid()) return ErrnoStatus(errno, "pipe");
  return made;
}

}  // namespace someos::multiprocessing::process_base
