// Keeps fork() from happening within the critical sections of a mutex.

#ifndef SOMEOS_BACKENDS_BASE_FORK_GUARD_H_
#define SOMEOS_BACKENDS_BASE_FORK_GUARD_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"

namespace someos::base {

// During its lifetime, a fork() by any thread waits until no thread holds `mutex`, so that the data
// that it guards is consistent in the child. In the child the mutex is unlocked. Without this, a
// mutex that another thread held at the time of the fork would stay locked forever, since that
// thread does not exist in the child.
//
// It uses pthread_atfork, so a bare clone() system call does not wait: see IsFree. A thread must
// not fork while it holds the mutex itself. A lock of the program that has fork handlers may be
// held while the mutex is locked, unless the handlers were installed by a constructor of a shared
// library that was loaded before this code.
class ForkGuard {
 public:
  // `mutex` must outlive the guard.
  explicit ForkGuard(absl::Mutex& mutex);
  ForkGuard(const ForkGuard&) = delete;
  ForkGuard& operator=(const ForkGuard&) = delete;
  ~ForkGuard();

  // In a forked child, before it locks the mutex: false if a thread of the parent held the mutex
  // when the child was made without fork handlers (a bare clone(2), _Fork(3)). That thread does not
  // exist in the child, so the mutex stays locked, and what it guards may be inconsistent. Also
  // false while another thread holds the mutex.
  bool IsFree() const;
  // The error of an operation that needs the mutex, if it is not free: kFailedPrecondition.
  static absl::Status NotFreeError(absl::string_view operation);

 private:
  friend class ForkGuards;

  absl::Mutex& mutex_;
};

}  // namespace someos::base

#endif  // SOMEOS_BACKENDS_BASE_FORK_GUARD_H_
