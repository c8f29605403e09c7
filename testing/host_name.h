// A file whose changes the kernel reports to one poll(2) only: Linux's /proc/sys/kernel/hostname.

#ifndef SOMEOS_TESTING_HOST_NAME_H_
#define SOMEOS_TESTING_HOST_NAME_H_

#include "someos/testing/scoped_fd.h"

namespace someos {

// To be made in a forked child: it puts the process into a UTS namespace of its own.
class HostName {
 public:
  static constexpr const char* kMissing = "needs Linux, /proc and the right to a UTS namespace";

  // Whether a forked child can make one.
  static bool Changeable();

  HostName();

  // Reports a change as priority data and as an error, once.
  int fd() const { return file_.get(); }
  void Change() const;

 private:
  ScopedFd file_;
};

}  // namespace someos

#endif  // SOMEOS_TESTING_HOST_NAME_H_
