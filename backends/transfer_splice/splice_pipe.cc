#include "someos/backends/transfer_splice/splice_pipe.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <memory>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/status/statusor.h"
#include "someos/api/errno_status.h"
#include "someos/backends/base/owned_fd.h"

namespace someos {
namespace {

// Without SPLICE_F_MORE, which would hold back the last segment of each transfer.
constexpr unsigned kFlags = SPLICE_F_MOVE | SPLICE_F_NONBLOCK;

}  // namespace

absl::StatusOr<std::unique_ptr<SplicePipe>> SplicePipe::Create(size_t bytes) {
  int ends[2];
  if (pipe2(ends, O_NONBLOCK | O_CLOEXEC) != 0) return ErrnoStatus(errno, "pipe2");
  // Refused beyond what the system lets one pipe or one user have; then the size is the usual one.
  fcntl(ends[1], F_SETPIPE_SZ, static_cast<int>(bytes));
  return absl::WrapUnique(new SplicePipe(base::OwnedFd(ends[0]), base::OwnedFd(ends[1])));
}

SplicePipe::SplicePipe(base::OwnedFd out, base::OwnedFd in)
    : out_(std::move(out)), in_(std::move(in)) {}

ssize_t SplicePipe::Fill(int source, size_t most) {
  const ssize_t moved = splice(source, nullptr, in_.get(), nullptr, most, kFlags);
  if (moved > 0) size_ += moved;
  return moved;
}

ssize_t SplicePipe::Drain(int sink) {
  const ssize_t moved = splice(out_.get(), nullptr, sink, nullptr, size_, kFlags);
  if (moved > 0) size_ -= moved;
  return moved;
}

}  // namespace someos
