// Keeping fork() out of a mutex's critical sections.

#ifndef SOMEOS_BACKENDS_BASE_FORK_GUARD_H_
#define SOMEOS_BACKENDS_BASE_FORK_GUARD_H_

#include "absl/synchronization/mutex.h"

namespace someos::base {

// While it lives, a fork() by any thread waits until nobody holds `mutex`, and finds what the mutex
// guards in order. In the child the mutex is free: without this, one that another thread held at
// the time of the fork would stay locked for ever, as that thread is not there to unlock it.
//
// Done by pthread_atfork, so a bare clone() system call is not held up. A thread must not fork
// while it holds the mutex itself.
class ForkGuard {
 public:
  // `mutex` must outlive it.
  explicit ForkGuard(absl::Mutex& mutex);
  ForkGuard(const ForkGuard&) = delete;
  ForkGuard& operator=(const ForkGuard&) = delete;
  ~ForkGuard();

 private:
  absl::Mutex& mutex_;
};

}  // namespace someos::base

#endif  // SOMEOS_BACKENDS_BASE_FORK_GUARD_H_
