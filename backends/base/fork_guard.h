// Keeping fork() out of a mutex's critical sections.

#ifndef SOMEOS_BACKENDS_BASE_FORK_GUARD_H_
#define SOMEOS_BACKENDS_BASE_FORK_GUARD_H_

#include <atomic>

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
  // `mutex` must outlive it, and so must `flag` if given, which is false in the child. A poller
  // that looks at such a flag needs no other look to notice that it was forked.
  explicit ForkGuard(absl::Mutex& mutex, std::atomic<bool>* flag = nullptr);
  ForkGuard(const ForkGuard&) = delete;
  ForkGuard& operator=(const ForkGuard&) = delete;
  ~ForkGuard();

 private:
  friend class ForkGuards;

  absl::Mutex& mutex_;
  std::atomic<bool>* const flag_;
};

}  // namespace someos::base

#endif  // SOMEOS_BACKENDS_BASE_FORK_GUARD_H_
