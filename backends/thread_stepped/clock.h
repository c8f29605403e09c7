// The time of a schedule, and deadlines on it.

#ifndef SOMEOS_BACKENDS_THREAD_STEPPED_CLOCK_H_
#define SOMEOS_BACKENDS_THREAD_STEPPED_CLOCK_H_

#include <algorithm>
#include <cstdint>

#include "absl/time/time.h"

namespace someos::thread_stepped {

// Nanoseconds since the schedule began. It goes on only when it is told to.
class Clock {
 public:
  const int64_t& now() const { return now_; }
  void AdvanceTo(int64_t ns) { now_ = std::max(now_, ns); }

  // The point in time that is `duration` from now: INT64_MAX if it is infinite or beyond the 292
  // years of the clock.
  int64_t After(absl::Duration duration) const {
    return absl::ToInt64Nanoseconds(absl::Nanoseconds(now_) + duration);
  }

 private:
  int64_t now_ = 0;
};

}  // namespace someos::thread_stepped

#endif  // SOMEOS_BACKENDS_THREAD_STEPPED_CLOCK_H_
