// A file descriptor with an owner, who closes it.

#ifndef SOMEOS_BACKENDS_BASE_OWNED_FD_H_
#define SOMEOS_BACKENDS_BASE_OWNED_FD_H_

#include <unistd.h>

#include <cerrno>
#include <utility>

#include "someos/backends/base/no_cancellation.h"

namespace someos::base {

class OwnedFd {
 public:
  OwnedFd() = default;
  // Takes ownership of `fd`; a negative one means none.
  explicit OwnedFd(int fd) : fd_(fd) {}
  ~OwnedFd() { Reset(); }
  OwnedFd(OwnedFd&& other) noexcept : fd_(other.Release()) {}
  OwnedFd& operator=(OwnedFd&& other) noexcept {
    if (this != &other) Reset(other.Release());
    return *this;
  }

  int get() const { return fd_; }
  bool valid() const { return fd_ >= 0; }

  // Releases ownership without closing the descriptor.
  int Release() { return std::exchange(fd_, -1); }

  // Closes the owned descriptor, if any, and takes ownership of `fd`. close() is not retried after
  // EINTR: Linux and the BSDs have freed the number by then, and it may already name another file.
  // Preserves errno.
  void Reset(int fd = -1) {
    if (fd_ >= 0) {
      const NoCancellation in_destructor;
      const int saved = errno;
      close(fd_);
      errno = saved;
    }
    fd_ = fd;
  }

 private:
  int fd_ = -1;
};

}  // namespace someos::base

#endif  // SOMEOS_BACKENDS_BASE_OWNED_FD_H_
