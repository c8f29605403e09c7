// The pending call of Poller::Wake, if there is one.

#ifndef SOMEOS_BACKENDS_POLLER_BASE_WAKE_REQUEST_H_
#define SOMEOS_BACKENDS_POLLER_BASE_WAKE_REQUEST_H_

#include <atomic>

#include "absl/base/optimization.h"
#include "absl/status/status.h"
#include "someos/backends/base/mutex.h"
#include "someos/backends/poller_base/wake_channel.h"
#include "someos/backends/poller_base/wake_refusals.h"

namespace someos::poller_base {

// Implements Poller::Wake. Any thread and any signal handler may make a request; the waiting thread
// takes it. Make and Refuse are async-signal-safe, whatever they return.
class WakeRequest {
 public:
  // Makes a request and signals `channel`. If a request is already pending, the two are coalesced.
  // If the kernel refuses the signal, the status has its errno, and the next request tries again.
  absl::Status Make(const WakeChannel& channel) {
    base::SchedulingPoint("WakeRequest.Make", this);
    if (pending_.exchange(true)) return absl::OkStatus();
    const int error = channel.Signal();
    if (ABSL_PREDICT_TRUE(error == 0)) return absl::OkStatus();
    pending_ = false;
    return refusals_.OfErrno(error);
  }

  // The result of Wake in a forked child, where no request is made.
  absl::Status Refuse() const { return refusals_.forked(); }

  bool pending() const {
    base::SchedulingPoint("WakeRequest.pending", this);
    return pending_.load(std::memory_order_acquire);
  }

  // Takes the pending request; false if there is none.
  bool Take() {
    base::SchedulingPoint("WakeRequest.Take", this);
    return pending_.exchange(false);
  }

 private:
  const WakeRefusals& refusals_ = WakeRefusals::Get();
  std::atomic<bool> pending_{false};
};

}  // namespace someos::poller_base

#endif  // SOMEOS_BACKENDS_POLLER_BASE_WAKE_REQUEST_H_
