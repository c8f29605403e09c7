// A child that is killed in the middle of what it does.

#ifndef SOMEOS_TESTING_DOOMED_CHILD_H_
#define SOMEOS_TESTING_DOOMED_CHILD_H_

#include <sys/types.h>

#include "absl/functional/function_ref.h"

namespace someos {

// A forked child that runs `body`, and then sleeps until it is killed. Dies with its parent's
// object.
class DoomedChild {
 public:
  explicit DoomedChild(absl::FunctionRef<void()> body);
  DoomedChild(const DoomedChild&) = delete;
  DoomedChild& operator=(const DoomedChild&) = delete;
  ~DoomedChild() { Kill(); }

  // SIGKILL; returns when the child has ended.
  void Kill();

 private:
  pid_t process_;
};

}  // namespace someos

#endif  // SOMEOS_TESTING_DOOMED_CHILD_H_
