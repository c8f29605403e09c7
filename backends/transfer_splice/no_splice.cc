// Systems without splice(2): no pipe is ever made.

#include <sys/types.h>

#include <cerrno>
#include <cstddef>
#include <memory>
#include <utility>

#include "absl/status/statusor.h"
#include "someos/api/errno_status.h"
#include "someos/backends/base/owned_fd.h"
#include "someos/backends/transfer_splice/splice_pipe.h"

namespace someos {

absl::StatusOr<std::unique_ptr<SplicePipe>> SplicePipe::Create(size_t /*bytes*/) {
  return ErrnoStatus(ENOSYS, "splice");
}

SplicePipe::SplicePipe(base::OwnedFd out, base::OwnedFd in)
    : out_(std::move(out)), in_(std::move(in)) {}

ssize_t SplicePipe::Fill(int /*source*/, size_t /*most*/) {
  errno = ENOSYS;
  return -1;
}

ssize_t SplicePipe::Drain(int /*sink*/) {
  errno = ENOSYS;
  return -1;
}

}  // namespace someos
