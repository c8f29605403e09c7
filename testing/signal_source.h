// A descriptor that is readable from Raise() until Clear(), as event loops use to be notified: an
// eventfd where there is one, a pipe elsewhere.

#ifndef SOMEOS_TESTING_SIGNAL_SOURCE_H_
#define SOMEOS_TESTING_SIGNAL_SOURCE_H_

#include "someos/testing/scoped_fd.h"

namespace someos {

class SignalSource {
 public:
  SignalSource();

  int fd() const { return reader_.get(); }
  void Raise();
  void Clear();

 private:
  ScopedFd reader_;
  ScopedFd writer_;  // none for an eventfd, which is written itself
};

}  // namespace someos

#endif  // SOMEOS_TESTING_SIGNAL_SOURCE_H_
