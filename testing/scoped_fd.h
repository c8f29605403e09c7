// A descriptor that a test owns.

#ifndef SOMEOS_TESTING_SCOPED_FD_H_
#define SOMEOS_TESTING_SCOPED_FD_H_

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "someos/testing/system_call.h"

namespace someos {

// Closes its descriptor when it goes out of scope. -1 stands for none.
class ScopedFd {
 public:
  ScopedFd() = default;
  explicit ScopedFd(int fd) : fd_(fd) {}
  ScopedFd(ScopedFd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  ScopedFd& operator=(ScopedFd&& other) noexcept {
    if (this != &other) {
      reset();
      fd_ = std::exchange(other.fd_, -1);
    }
    return *this;
  }
  ~ScopedFd() { reset(); }

  int get() const { return fd_; }

  // Gives the descriptor away unclosed.
  int release() { return std::exchange(fd_, -1); }

  void reset() {
    // FreeBSD's close(2): ECONNRESET, of a connection that the peer has reset. It is closed.
    if (fd_ >= 0 && close(std::exchange(fd_, -1)) != 0 && errno != ECONNRESET) {
      MustSucceed(-1, "close");
    }
  }

 private:
  int fd_ = -1;
};

// Another descriptor of the same open file.
inline ScopedFd Duplicate(int fd) { return ScopedFd(MustSucceed(dup(fd), "dup")); }

// Closes what `number` names and lets it name the file of `file`, as happens when a program closes
// a descriptor and opens another: the kernel gives out the lowest free number. In one step, so that
// no other thread can take the number in between.
inline void GiveNumber(const ScopedFd& number, const ScopedFd& file) {
  MustSucceed(dup2(file.get(), number.get()), "dup2");
}

// Makes `fd` non-blocking and close-on-exec, and returns it. (pipe2 and SOCK_NONBLOCK are not
// everywhere.)
inline int NonBlocking(int fd) {
  MustSucceed(fcntl(fd, F_SETFL, MustSucceed(fcntl(fd, F_GETFL), "fcntl") | O_NONBLOCK), "fcntl");
  MustSucceed(fcntl(fd, F_SETFD, FD_CLOEXEC), "fcntl");
  return fd;
}

}  // namespace someos

#endif  // SOMEOS_TESTING_SCOPED_FD_H_
