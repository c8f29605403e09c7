// The right to wait on a poller, which one thread at a time has.

#ifndef SOMEOS_BACKENDS_POLLER_BASE_SINGLE_WAITER_H_
#define SOMEOS_BACKENDS_POLLER_BASE_SINGLE_WAITER_H_

#include <atomic>

#include "absl/base/attributes.h"
#include "absl/status/status.h"
#include "someos/api/wait_outcome.h"
#include "someos/backends/base/single_threaded.h"

namespace someos::poller_base {

class SingleWaiter {
 public:
  // Whether the calling thread has the right from now until Release.
  //
  // The only thread of a program needs no flag for that, nor does one that is known to be `alone`
  // in this: an atomic exchange costs more than all the rest of a wait that finds something.
  bool Claim(bool alone = false) {
    return base::SingleThreaded() || alone || !claimed_.exchange(true, std::memory_order_acquire);
  }
  void Release() { claimed_.store(false, std::memory_order_release); }

  // Calls Release at the end of the scope.
  class ScopedRelease {
   public:
    explicit ScopedRelease(SingleWaiter& waiter) : waiter_(waiter) {}
    ScopedRelease(const ScopedRelease&) = delete;
    ScopedRelease& operator=(const ScopedRelease&) = delete;
    ~ScopedRelease() { waiter_.Release(); }

   private:
    SingleWaiter& waiter_;
  };

  // What a wait without the right returns: kFailedPrecondition. Not inlined, so that a wait needs no
  // room on the stack for it.
  ABSL_ATTRIBUTE_NOINLINE static WaitOutcome Refusal() {
    return absl::FailedPreconditionError("wait: another thread is waiting on this poller");
  }

 private:
  std::atomic<bool> claimed_{false};
};

}  // namespace someos::poller_base

#endif  // SOMEOS_BACKENDS_POLLER_BASE_SINGLE_WAITER_H_
