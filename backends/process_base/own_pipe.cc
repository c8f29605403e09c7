#include "someos/backends/process_base/own_pipe.h"

#include <cerrno>

#include "absl/status/statusor.h"
#include "someos/api/errno_status.h"
#include "someos/backends/base/close_on_exec_pair.h"
#include "someos/backends/base/own_descriptor.h"

namespace someos::multiprocessing::process_base {

absl::StatusOr<OwnPipe> MakeOwnPipe() {
  int ends[2];
  if (!base::OpenCloseOnExecPipe(ends)) return ErrnoStatus(errno, "pipe");
  OwnPipe made;
  made.read_end = base::OwnDescriptor::Take(ends[0]);
  const int error = errno;
  made.write_end = base::OwnDescriptor::Take(ends[1]);
  if (!made.read_end.valid()) return ErrnoStatus(error, "pipe");
  if (!made.write_end.valid()) return ErrnoStatus(errno, "pipe");
  return made;
}

}  // namespace someos::multiprocessing::process_base
