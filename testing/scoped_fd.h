// A descriptor that a test owns.

#ifndef SOMEOS_TESTING_SCOPED_FD_H_
#define SOMEOS_TESTING_SCOPED_FD_H_

#include <utility>

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

  // Closes the descriptor, if there is one; aborts if that fails.
  void reset();

 private:
  int fd_ = -1;
};

// Another descriptor of the same open file.
ScopedFd Duplicate(int fd);

// Another descriptor of the same open file, with this number, which must be free.
ScopedFd DuplicateTo(int number, int fd);

// Closes what `number` names and lets it name the file of `file`, as happens when a program closes
// a descriptor and opens another: the kernel gives out the lowest free number. In one step, so that
// no other thread can take the number in between; on Windows in two.
void GiveNumber(const ScopedFd& number, const ScopedFd& file);

// Makes `fd` non-blocking and close-on-exec, and returns it. (pipe2 and SOCK_NONBLOCK are not
// everywhere.)
int NonBlocking(int fd);

}  // namespace someos

#endif  // SOMEOS_TESTING_SCOPED_FD_H_
