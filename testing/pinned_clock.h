// A monotonic clock that stands where a test has put it.

#ifndef SOMEOS_TESTING_PINNED_CLOCK_H_
#define SOMEOS_TESTING_PINNED_CLOCK_H_

#include <time.h>

#include <cstdint>

namespace someos {

// While it lives, clock_gettime(CLOCK_MONOTONIC) of the calling thread tells `nanoseconds`. A
// program that links this has a clock_gettime of its own. One lives at a time per thread.
class PinnedClock {
 public:
  explicit PinnedClock(int64_t nanoseconds);
  PinnedClock(const PinnedClock&) = delete;
  PinnedClock& operator=(const PinnedClock&) = delete;
  ~PinnedClock();

  // False where functions cannot be put in front of the C library's: then the clock goes on.
  static bool Works();

  void Set(int64_t nanoseconds);

  // How often the thread has read this clock, and any other, since this one was pinned.
  int reads() const;
  int reads_of_others() const;
};

}  // namespace someos

#endif  // SOMEOS_TESTING_PINNED_CLOCK_H_
