// Deadlines for system calls that know the wall clock only.

#ifndef SOMEOS_BACKENDS_LOCK_BASE_WALL_CLOCK_H_
#define SOMEOS_BACKENDS_LOCK_BASE_WALL_CLOCK_H_

#include <time.h>

#include "someos/backends/base/deadline.h"

namespace someos::lock_base {

// The time on CLOCK_REALTIME at which the deadline, which is neither infinite nor immediate, passes
// if nobody sets the clock. A caller that times out asks Deadline::Passed, and waits again.
inline timespec WallClockAfter(const base::Deadline& deadline) {
  constexpr long kNanosecondsPerSecond = 1'000'000'000;
  const timespec remaining = deadline.AsTimespec();
  timespec end = {};
  clock_gettime(CLOCK_REALTIME, &end);
  end.tv_sec += remaining.tv_sec;
  end.tv_nsec += remaining.tv_nsec;
  if (end.tv_nsec >= kNanosecondsPerSecond) {
    end.tv_nsec -= kNanosecondsPerSecond;
    ++end.tv_sec;
  }
  return end;
}

}  // namespace someos::lock_base

#endif  // SOMEOS_BACKENDS_LOCK_BASE_WALL_CLOCK_H_
