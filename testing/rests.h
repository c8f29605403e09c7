// Telling a wait that rests the processor from one that spins.

#ifndef SOMEOS_TESTING_RESTS_H_
#define SOMEOS_TESTING_RESTS_H_

#include "absl/time/time.h"
#include "someos/testing/clocks.h"

namespace someos {

// Whether `wait(time)`, which is to take `time` and find nothing, leaves all but a `share`-th of it
// to others. `share` is some 20 or more: one that spins beside many busy processes gets no more
// than its part of the processor.
//
// One that spins does so however long it waits. On a machine that stands still for a moment, a
// virtual one whose host is busy, say, the moment is counted as spent by whoever was running: so
// `time` begins with `shortest`, and doubles up to `most_doublings` times.
template <typename Wait>
bool Rests(absl::Duration shortest, int most_doublings, int share, Wait wait) {
  for (int doublings = 0; doublings <= most_doublings; ++doublings) {
    const absl::Duration time = shortest * (1 << doublings);
    const absl::Duration processor_start = ProcessorTime();
    wait(time);
    if (ProcessorTime() - processor_start < time / share) return true;
  }
  return false;
}

}  // namespace someos

#endif  // SOMEOS_TESTING_RESTS_H_
