#include "someos/backends/process_base/own_pipe.h"

#include <array>
#include <cerrno>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "someos/api/errno_status.h"
#include "someos/backends/base/close_on_exec_pair.h"
#include "someos/backends/base/own_descriptor.h"

namespace someos::multiprocessing::process_base {
namespace {

using base::OwnDescriptor;

absl::StatusOr<std::array<OwnDescriptor, 2>> Take(const int (&ends)[2], absl::string_view what) {
  std::array<OwnDescriptor, 2> made;
  made[0] = OwnDescriptor::Take(ends[0]);
  const int error = errno;
  made[1] = OwnDescriptor::Take(ends[1]);
  if (!made[0].valid()) return ErrnoStatus(error, what);
  if (!made[1].valid()) return ErrnoStatus(errno, what);
  return made;
}

}  // namespace

absl::StatusOr<OwnPipe> MakeOwnPipe() {
  int ends[2];
  if (!base::OpenCloseOnExecPipe(ends)) return ErrnoStatus(errno, "pipe");
  absl::StatusOr<std::array<OwnDescriptor, 2>> made = Take(ends, "pipe");
  if (!made.ok()) return made.status();
  return OwnPipe{std::move((*made)[0]), std::move((*made)[1])};
}

absl::StatusOr<std::array<OwnDescriptor, 2>> MakeOwnSockets() {
  int ends[2];
  if (!base::OpenCloseOnExecSockets(ends)) return ErrnoStatus(errno, "socketpair");
  return Take(ends, "socketpair");
}

}  // namespace someos::multiprocessing::process_base
