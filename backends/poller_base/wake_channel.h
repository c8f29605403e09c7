// A descriptor with which one thread wakes another one that waits in the kernel.

#ifndef SOMEOS_BACKENDS_POLLER_BASE_WAKE_CHANNEL_H_
#define SOMEOS_BACKENDS_POLLER_BASE_WAKE_CHANNEL_H_

#include <cstdint>
#include <utility>

#include "absl/status/statusor.h"
#include "someos/backends/base/own_descriptor.h"
#include "someos/backends/base/system_calls.h"

namespace someos::poller_base {

// An eventfd where the system has it and no sandbox refuses it, otherwise a pipe. Both ends are
// non-blocking and close-on-exec.
class WakeChannel {
 public:
  // EMFILE, ENFILE, ENOMEM: no descriptor or memory left. Otherwise the errno of pipe2(2), or, with
  // kRequired, of eventfd(2): then no pipe takes its place.
  static absl::StatusOr<WakeChannel> Create(base::SystemCalls calls = base::SystemCalls::kAll);
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
  // The same for an edge-triggered watch of fd(), which needs it only for a pipe: on some kernels
  // (Linux 5.5 to 5.9) only a write to an empty pipe makes an edge. Each write to an eventfd does.
  void DrainForEdges() const {
    if (write_end_.valid()) Drain();
  }

  // A number that other channels, also those of a forked child, do not have. (Not so on Windows,
  // where it is used again; there nobody asks for it.)
  uint32_t serial() const { return serial_; }

  // In a forked child: whether fd() is known to be this channel still (OwnDescriptor::IsUnchanged),
  // and that it is known now.
  bool IsUnchanged() const { return read_end_.IsUnchanged(); }
  void Confirm() { read_end_.Confirm(); }

 private:
  WakeChannel(base::OwnDescriptor read_end, base::OwnDescriptor write_end);

  // Returns 0 or the errno; EAGAIN if the channel is full.
  int WriteOne() const;
  int write_fd() const { return write_end_.valid() ? write_end_.get() : read_end_.get(); }

  base::OwnDescriptor read_end_;
  base::OwnDescriptor write_end_;  // invalid for an eventfd, which is written through read_end_
  uint32_t serial_;
};

}  // namespace someos::poller_base

#endif  // SOMEOS_BACKENDS_POLLER_BASE_WAKE_CHANNEL_H_
