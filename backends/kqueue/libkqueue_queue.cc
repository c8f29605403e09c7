// KernelQueue over libkqueue, which emulates kqueue on Linux.

#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdint>
#include <memory>
#include <utility>

#include "absl/status/statusor.h"
#include "someos/backends/base/fork_generation.h"
#include "someos/backends/kqueue/kernel_queue.h"
#include "someos/backends/kqueue/libkqueue_emulation.h"

namespace someos {
namespace {

// Several of these may share the emulation of one queue, if it was adopted by its number.
class LibkqueueQueue final : public KernelQueue {
 public:
  LibkqueueQueue(int fd, std::shared_ptr<LibkqueueEmulation> emulation)
      : emulation_(std::move(emulation)), fd_(fd), fork_generation_(base::ForkGeneration()) {}

  ~LibkqueueQueue() override { LibkqueueQueue::Close(); }

  int Kevent(const struct kevent* changes, int change_count, struct kevent* events, int event_count,
             const timespec* timeout) override {
    if (fd() < 0 || emulation_ == nullptr) {
      errno = EBADF;
      return -1;
    }
    return emulation_->Kevent(changes, change_count, events, event_count, timeout);
  }

  int fd() const override { return forked() ? -1 : fd_.load(std::memory_order_relaxed); }

  void Close() override {
    const int fd = fd_.exchange(-1);
    if (fd < 0 || forked()) return;
    const int saved = errno;
    if (emulation_ != nullptr) {
      emulation_->Close();
    } else {
      close(fd);
    }
    errno = saved;
  }

 private:
  bool forked() const { return !base::InForkGeneration(fork_generation_); }

  const std::shared_ptr<LibkqueueEmulation> emulation_;  // null: the number is not a queue
  std::atomic<int> fd_;
  const uint32_t fork_generation_;
};

absl::StatusOr<std::unique_ptr<KernelQueue>> NewQueue(bool keep_socket_errors) {
  absl::StatusOr<std::shared_ptr<LibkqueueEmulation>> emulation =
      LibkqueueEmulation::Create(keep_socket_errors);
  if (!emulation.ok()) return emulation.status();
  const int number = (*emulation)->number();
  return std::make_unique<LibkqueueQueue>(number, *std::move(emulation));
}

}  // namespace

absl::StatusOr<std::unique_ptr<KernelQueue>> NewKernelQueue() {
  return NewQueue(/*keep_socket_errors=*/false);
}

absl::StatusOr<std::unique_ptr<KernelQueue>> NewKernelQueueForObject() {
  return NewQueue(/*keep_socket_errors=*/true);
}

absl::StatusOr<std::unique_ptr<KernelQueue>> AdoptKernelQueue(int fd) {
  base::WatchForForks();
  return std::make_unique<LibkqueueQueue>(fd, LibkqueueEmulation::Find(fd));
}

}  // namespace someos
