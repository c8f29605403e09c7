// KernelQueue over kqueue(2) itself.

#include <fcntl.h>

#include <atomic>
#include <cerrno>
#include <cstdint>
#include <memory>

#include "absl/status/statusor.h"
#include "someos/api/errno_status.h"
#include "someos/backends/base/fork_generation.h"
#include "someos/backends/base/own_descriptor.h"
#include "someos/backends/base/owned_fd.h"
#include "someos/backends/kqueue/kernel_queue.h"

namespace someos {
namespace {

class NativeQueue final : public KernelQueue {
 public:
  explicit NativeQueue(int fd) : fd_(fd), fork_generation_(base::ForkGeneration()) {}

  ~NativeQueue() override { NativeQueue::Close(); }

  int Kevent(const struct kevent* changes, int change_count, struct kevent* events, int event_count,
             const timespec* timeout) override {
    return kevent(fd(), changes, change_count, events, event_count, timeout);
  }

  int fd() const override { return forked() ? -1 : fd_.load(std::memory_order_relaxed); }

  void Close() override {
    const int fd = fd_.exchange(-1);
    // A child does not inherit a kqueue; its number may belong to another file there.
    if (fd >= 0 && !forked()) base::OwnedFd(fd).Reset();
  }

 private:
  bool forked() const { return !base::InForkGeneration(fork_generation_); }

  std::atomic<int> fd_;
  const uint32_t fork_generation_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<KernelQueue>> NewKernelQueue() {
  base::WatchForForks();
  const int fd = base::AboveStandardStreams(kqueue());
  if (fd < 0) return ErrnoStatus(errno, "create a kqueue");
  // Not kqueue1() or kqueuex(), which only some systems have. There is no race with a fork and exec
  // by another thread, because a forked child does not inherit a kqueue.
  fcntl(fd, F_SETFD, FD_CLOEXEC);
  return std::make_unique<NativeQueue>(fd);
}

absl::StatusOr<std::unique_ptr<KernelQueue>> NewKernelQueueForObject() { return NewKernelQueue(); }

absl::StatusOr<std::unique_ptr<KernelQueue>> AdoptKernelQueue(int fd) {
  base::WatchForForks();
  return std::make_unique<NativeQueue>(fd);
}

}  // namespace someos
