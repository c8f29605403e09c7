// A descriptor with which one thread wakes another one that waits in the kernel.

#ifndef SOMEOS_BACKENDS_POLLER_BASE_WAKE_CHANNEL_H_
#define SOMEOS_BACKENDS_POLLER_BASE_WAKE_CHANNEL_H_

#include "absl/status/statusor.h"
#include "someos/backends/base/owned_fd.h"

namespace someos::poller_base {

// An eventfd where the system has it, otherwise a pipe. Both ends are non-blocking and
// close-on-exec.
class WakeChannel {
 public:
  // EMFILE, ENFILE: no descriptor left.
  static absl::StatusOr<WakeChannel> Create();
  // A pipe on every system, for kqueue implementations that do not accept an eventfd.
  static absl::StatusOr<WakeChannel> CreatePipe();

  // The end to watch for readability.
  int fd() const { return read_end_.get(); }

  // Whether `fd` >= 0 is the number of one of its descriptors.
  bool Owns(int fd) const { return fd == read_end_.get() || fd == write_end_.get(); }

  // Makes fd() readable, and ends an edge-triggered wait for that, also if the channel is full.
  // Returns 0, or the errno if the kernel refused. Async-signal-safe; preserves errno.
  int Signal() const;

  // Consumes all signals so far.
  void Drain() const;

 private:
  WakeChannel(base::OwnedFd read_end, base::OwnedFd write_end)
      : read_end_(std::move(read_end)), write_end_(std::move(write_end)) {}

  // Returns 0 or the errno; EAGAIN if the channel is full.
  int WriteOne() const;
  int write_fd() const { return write_end_.valid() ? write_end_.get() : read_end_.get(); }

  base::OwnedFd read_end_;
  base::OwnedFd write_end_;  // invalid for an eventfd, which is written through read_end_
};

}  // namespace someos::poller_base

#endif  // SOMEOS_BACKENDS_POLLER_BASE_WAKE_CHANNEL_H_
