#include "someos/backends/process_base/sentinel.h"

#include <signal.h>
#include <sys/types.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "someos/api/errno_status.h"
#include "someos/backends/base/own_descriptor.h"
#include "someos/backends/process_base/own_pipe.h"
#include "someos/backends/process_base/pidfd.h"

namespace someos::multiprocessing::process_base {
Sentinel::Kind Sentinel::BestKind() {
  static const Kind kKind = [] {
    const int own = OpenPidfd(getpid());
    if (own >= 0) close(own);
    // With no descriptor left, Attach is what reports it.
    return own >= 0 || errno == EMFILE || errno == ENFILE ? Kind::kPidfd : Kind::kPipe;
  }();
  return kKind;
}

absl::StatusOr<Sentinel> Sentinel::Prepare(Kind kind) {
  Sentinel sentinel(kind);
  if (kind == Kind::kPidfd) return sentinel;
  absl::StatusOr<OwnPipe> pipe = MakeOwnPipe();
  if (!pipe.ok()) return pipe.status();
  sentinel.descriptor_ = std::move(pipe->read_end);
  sentinel.child_end_ = std::move(pipe->write_end);
  return sentinel;
}

absl::Status Sentinel::Attach(pid_t pid) {
  child_end_ = base::OwnDescriptor();
  if (kind_ == Kind::kPipe) return absl::OkStatus();
  descriptor_ = base::OwnDescriptor::Take(OpenPidfd(pid));
  if (descriptor_.valid()) return absl::OkStatus();
  return ErrnoStatus(errno, absl::StrCat("pidfd_open ", pid));
}

int Sentinel::Send(pid_t pid, int signal) const {
  if (kind_ == Kind::kPidfd) {
    if (SendByPidfd(get(), signal) == 0) return 0;
    // A sandbox may allow the one call and not the other.
    if (errno != ENOSYS) return errno;
  }
  return kill(pid, signal) == 0 ? 0 : errno;
}

}  // namespace someos::multiprocessing::process_base
