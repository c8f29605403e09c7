// KernelQueue over kqueue(2) itself.

#include <fcntl.h>

#include <cerrno>
#include <memory>
#include <utility>

#include "absl/status/statusor.h"
#include "someos/api/errno_status.h"
#include "someos/backends/base/fork_generation.h"
#include "someos/backends/base/owned_fd.h"
#include "someos/backends/kqueue/kernel_queue.h"

namespace someos {
namespace {

class NativeQueue final : public KernelQueue {
 public:
  explicit NativeQueue(base::OwnedFd fd)
      : fd_(std::move(fd)), fork_generation_(base::ForkGeneration()) {}

  ~NativeQueue() override {
    // A child does not inherit a kqueue; its number may belong to another file by now (T16).
    if (fork_generation_ != base::ForkGeneration()) fd_.Release();
  }

  int Change(const struct kevent& change) override {
    // No room for events: the change's error is then the call's own, on every system. (With room,
    // it would come as an event whose flags differ from BSD to BSD, and NetBSD before 10 has no
    // EV_RECEIPT to ask for it.)
    return kevent(fd_.get(), &change, 1, nullptr, 0, nullptr) < 0 ? errno : 0;
  }

  int Wait(struct kevent* events, int count, const timespec* timeout) override {
    // No changes in this call: after an EINTR nobody could tell whether they were applied (T9).
    return kevent(fd_.get(), nullptr, 0, events, count, timeout);
  }

 private:
  base::OwnedFd fd_;
  const uint32_t fork_generation_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<KernelQueue>> NewKernelQueue() {
  base::WatchForForks();
  base::OwnedFd fd(kqueue());
  if (!fd.valid()) return ErrnoStatus(errno, "create a kqueue poller: kqueue");
  // Not kqueue1() or kqueuex(), which only some systems have: a forked child does not inherit a
  // kqueue, so no other thread's fork and exec can slip in between.
  fcntl(fd.get(), F_SETFD, FD_CLOEXEC);
  return std::make_unique<NativeQueue>(std::move(fd));
}

}  // namespace someos
