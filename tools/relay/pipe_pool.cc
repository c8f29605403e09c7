#include "someos/tools/relay/pipe_pool.h"

#include <cerrno>
#include <cstddef>
#include <memory>
#include <utility>

#include "absl/status/statusor.h"
#include "someos/api/errno_status.h"
#include "someos/backends/transfer_splice/splice_pipe.h"

namespace someos::relay {
namespace {

// Descriptors are for connections.
constexpr size_t kMostIdle = 1;

}  // namespace

PipePool::Pipe PipePool::Borrow() {
  std::unique_ptr<SplicePipe> pipe;
  if (gave_up_ || lent_ == kMostLent) return Pipe(nullptr, {this});
  if (!idle_.empty()) {
    pipe = std::move(idle_.back());
    idle_.pop_back();
  } else {
    absl::StatusOr<std::unique_ptr<SplicePipe>> made = SplicePipe::Create(bytes_);
    if (!made.ok()) {
      gave_up_ = ErrnoOf(made.status()) == ENOSYS;
      return Pipe(nullptr, {this});
    }
    pipe = *std::move(made);
  }
  ++lent_;
  return Pipe(pipe.release(), {this});
}

void PipePool::TakeBack(std::unique_ptr<SplicePipe> pipe) {
  --lent_;
  if (pipe->size() == 0 && idle_.size() < kMostIdle) idle_.push_back(std::move(pipe));
}

}  // namespace someos::relay
