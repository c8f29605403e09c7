// Where the waiting thread is, for those who wait for its next Wait.

#ifndef SOMEOS_TESTING_POLLER_SOAK_WAIT_PROGRESS_H_
#define SOMEOS_TESTING_POLLER_SOAK_WAIT_PROGRESS_H_

#include <atomic>
#include <cstdint>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace someos::soak {

class WaitProgress {
 public:
  // Said by the waiting thread before a Wait, and when it has dealt with what Wait returned.
  void Begin() { begun_.fetch_add(1); }
  void End() {
    absl::MutexLock lock(mutex_);
    ++ended_;
  }

  // The number of the running or last Wait; the first one's is 1.
  uint64_t begun() const { return begun_.load(); }

  uint64_t ended() const {
    absl::MutexLock lock(mutex_);
    return ended_;
  }

  // Returns when the Wait of this number has ended; false if that takes longer than `patience`.
  bool AwaitEnd(uint64_t number, absl::Duration patience) const {
    absl::MutexLock lock(mutex_);
    const auto has_ended = [this, number]()
                               ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return ended_ >= number; };
    return mutex_.AwaitWithTimeout(absl::Condition(&has_ended), patience);
  }

 private:
  std::atomic<uint64_t> begun_{0};
  mutable absl::Mutex mutex_;
  uint64_t ended_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace someos::soak

#endif  // SOMEOS_TESTING_POLLER_SOAK_WAIT_PROGRESS_H_
