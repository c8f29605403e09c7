// A file descriptor of the library's own, as opposed to those that users have opened.

#ifndef SOMEOS_BACKENDS_BASE_OWN_DESCRIPTOR_H_
#define SOMEOS_BACKENDS_BASE_OWN_DESCRIPTOR_H_

#include <sys/types.h>

#include <cstdint>
#include <utility>

#include "someos/backends/base/system_calls.h"

namespace someos::base {

// Takes a descriptor that a system call has just returned, and which is to be close-on-exec.
// Returns it or, if it is 0, 1 or 2, a duplicate, and closes the original. -1 with errno: `fd` is
// negative, or there is no number for the duplicate (EMFILE).
//
// Where a program was started without standard streams, the kernel gives their numbers to whatever
// is opened first; what the program prints would then go there.
int AboveStandardStreams(int fd);

// Owns a descriptor, with two precautions that one which a user asked for does not need:
//
// It is never 0, 1 or 2: see AboveStandardStreams.
//
// In a forked child it is closed only if its number still names the file that the parent has
// opened: the child may have closed all numbers and opened files of its own. A child that cannot
// tell, as described at IsUnchanged, leaves the number alone; then the parent's file, if it is
// still there, stays open until the child ends or executes a program.
class OwnDescriptor {
 public:
  OwnDescriptor() = default;
  // Takes ownership of AboveStandardStreams(fd). Invalid, with errno set, if that fails. With
  // kRequired, no child can tell what the number names.
  static OwnDescriptor Take(int fd, SystemCalls calls = SystemCalls::kAll);
  ~OwnDescriptor() { Close(); }
  OwnDescriptor(OwnDescriptor&& other) noexcept { *this = std::move(other); }
  OwnDescriptor& operator=(OwnDescriptor&& other) noexcept {
    if (this == &other) return *this;
    Close();
    fd_ = std::exchange(other.fd_, -1);
    calls_ = other.calls_;
    file_ = other.file_;
    return *this;
  }

  // Another number for the same file, which must be valid. Invalid, with errno set, if there is
  // none left.
  OwnDescriptor Duplicate() const;

  int get() const { return fd_; }
  bool valid() const { return fd_ >= 0; }

  // Whether the number is known to name the file that was taken. In the process that took it, it
  // does, unless other code has closed what is not its own. In a child this compares the files of
  // the number in both processes: on Linux with kcmp(2), elsewhere with fstat(2). It is false if
  // the parent has ended (a pipe's inode number, for example, may then belong to another pipe), for
  // further descendants, for children that share the table of descriptors, if kcmp is denied, and
  // for files without an inode number on systems without kcmp.
  bool IsUnchanged() const;

  // In a child of the process that took the file, while that lives: !IsUnchanged(). Otherwise, and
  // if the child cannot ask, false.
  bool IsReplaced() const;

  // Tells that the number is known to name the file that was taken, from now on in this process.
  void Confirm();

 private:
  OwnDescriptor(int fd, SystemCalls calls) : fd_(fd), calls_(calls) { Confirm(); }

  // What tells the file that was taken from another one.
  struct File {
    uint32_t fork_generation = 0;  // in which the number is known to name it
    pid_t process = 0;             // the same
#ifndef __linux__
    dev_t device = 0;
    ino_t inode = 0;
    time_t changed = 0;
#endif
  };

  bool IsParents() const;
  // Preserves errno.
  void Close();

  int fd_ = -1;
  SystemCalls calls_ = SystemCalls::kAll;
  File file_;
};

}  // namespace someos::base

#endif  // SOMEOS_BACKENDS_BASE_OWN_DESCRIPTOR_H_
