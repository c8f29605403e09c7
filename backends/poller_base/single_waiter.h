// Ensures that only one thread at a time waits on a poller.

#ifndef SOMEOS_BACKENDS_POLLER_BASE_SINGLE_WAITER_H_
#define SOMEOS_BACKENDS_POLLER_BASE_SINGLE_WAITER_H_

#include <atomic>

#include "absl/base/attributes.h"
#include "absl/status/status.h"
#include "someos/api/errno_status.h"
#include "someos/api/wait_outcome.h"
#include "someos/backends/base/mutex.h"
#include "someos/backends/base/single_threaded.h"

namespace someos::poller_base {

class SingleWaiter {
 public:
  // Whether the calling thread may wait, from now until Release: false if another thread does.
  //
  // A program with a single thread needs no flag for that, nor does an `externally_synchronized`
  // poller: an atomic exchange costs more than all the rest of a wait that finds an event.
  bool Claim(bool externally_synchronized = false) {
    base::SchedulingPoint("SingleWaiter.Claim", this);
    return base::SingleThreaded() || externally_synchronized ||
           !claimed_.exchange(true, std::memory_order_acquire);
  }
  void Release() {
    base::SchedulingPoint("SingleWaiter.Release", this);
    claimed_.store(false, std::memory_order_release);
  }

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

  // Calls Release at the end of the scope, unless Dismiss was called: if the thread was cancelled.
  // Costs nothing otherwise.
  class ReleaseIfCancelled {
   public:
    explicit ReleaseIfCancelled(SingleWaiter& waiter) : waiter_(waiter) {}
    ReleaseIfCancelled(const ReleaseIfCancelled&) = delete;
    ReleaseIfCancelled& operator=(const ReleaseIfCancelled&) = delete;
    ~ReleaseIfCancelled() {
      if (!dismissed_) waiter_.Release();
    }
    void Dismiss() { dismissed_ = true; }

   private:
    SingleWaiter& waiter_;
    bool dismissed_ = false;
  };

  // The result of a wait that is refused: kFailedPrecondition. Not inlined, so that a wait needs no
  // stack space for it.
  ABSL_ATTRIBUTE_NOINLINE static WaitOutcome Refusal() {
    return PlainStatus(absl::StatusCode::kFailedPrecondition,
                       "wait: another thread is waiting on this poller");
  }

 private:
  std::atomic<bool> claimed_{false};
};

}  // namespace someos::poller_base

#endif  // SOMEOS_BACKENDS_POLLER_BASE_SINGLE_WAITER_H_
