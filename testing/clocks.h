// The clocks that timing scenarios read.

#ifndef SOMEOS_TESTING_CLOCKS_H_
#define SOMEOS_TESTING_CLOCKS_H_

#include <time.h>

#include "absl/time/time.h"
#include "someos/testing/system_call.h"

namespace someos {

inline absl::Duration ReadClock(clockid_t clock) {
  timespec now = {};
  MustSucceed(clock_gettime(clock, &now), "clock_gettime");
  return absl::DurationFromTimespec(now);
}

// CLOCK_MONOTONIC, the clock that Poller::Wait promises to keep to.
inline absl::Duration MonotonicNow() { return ReadClock(CLOCK_MONOTONIC); }

// What all threads of the process have spent on processors: tells waiting from spinning.
inline absl::Duration ProcessorTime() { return ReadClock(CLOCK_PROCESS_CPUTIME_ID); }

}  // namespace someos

#endif  // SOMEOS_TESTING_CLOCKS_H_
