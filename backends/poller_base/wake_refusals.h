// The failures of Poller::Wake, made in advance.

#ifndef SOMEOS_BACKENDS_POLLER_BASE_WAKE_REFUSALS_H_
#define SOMEOS_BACKENDS_POLLER_BASE_WAKE_REFUSALS_H_

#include "absl/status/status.h"

namespace someos::poller_base {

// Wake may be called by a signal handler, which must not allocate memory: it may have interrupted
// the allocator, or run in a forked child whose copy of the allocator is locked forever. To return
// a copy of one of these statuses only counts a reference. Thread-safe, and async-signal-safe but
// for Get.
class WakeRefusals {
 public:
  // The same object at each call. The first one makes the statuses, so it belongs where a poller is
  // made.
  static const WakeRefusals& Get();

  // ForkedError("wake").
  const absl::Status& forked() const { return forked_; }

  // ErrnoStatus(error, "wake"). kUnknown without an errno if `error` is none that a system has.
  const absl::Status& OfErrno(int error) const {
    return errors_[error > 0 && error < kErrnos ? error : 0];
  }

 private:
  // More than Linux and the BSDs have.
  static constexpr int kErrnos = 160;

  WakeRefusals();

  absl::Status forked_;
  absl::Status errors_[kErrnos];  // by errno; the first is for all others
};

}  // namespace someos::poller_base

#endif  // SOMEOS_BACKENDS_POLLER_BASE_WAKE_REFUSALS_H_
