// The end of a wait, and every conversion of it into what a system call takes.

#ifndef SOMEOS_BACKENDS_BASE_DEADLINE_H_
#define SOMEOS_BACKENDS_BASE_DEADLINE_H_

#include <sys/time.h>
#include <time.h>

#include <cstdint>

#include "absl/time/time.h"

namespace someos::base {

// A point of CLOCK_MONOTONIC that a wait may not outlast, nor end before.
//
//   Deadline deadline(timeout);
//   do {
//     n = ppoll(fds, count, deadline.infinite() ? nullptr : &deadline.AsTimespec(), nullptr);
//   } while (n == 0 && !deadline.Passed());
//
// Conversions round up, so no wait ends early, and never exceed kLongestWait, because kernels
// differ in what they refuse (macOS's kevent: EINVAL; INT_MAX milliseconds; 32-bit seconds). A
// wait cut short by that meets `!Passed()` and goes on.
//
// The clock is read only for a timeout that is neither zero nor infinite: once at construction
// and once per call of Passed().
class Deadline {
 public:
  // About eleven days: accepted by every system call on every system.
  static constexpr int64_t kLongestWaitSeconds = 1'000'000;

  // Zero or less: do not block. InfiniteDuration, or beyond the clock's 292 years: block forever.
  explicit Deadline(absl::Duration timeout) {
    if (timeout == absl::InfiniteDuration()) {
      end_ns_ = remaining_ns_ = kForever;
    } else if (timeout <= absl::ZeroDuration()) {
      end_ns_ = kImmediate;
      remaining_ns_ = 0;
    } else {
      *this = After(timeout);
    }
  }

  bool infinite() const { return remaining_ns_ == kForever; }
  // Made with a timeout of zero or less.
  bool immediate() const { return end_ns_ == kImmediate; }

  // Whether the deadline is over: always for an immediate one, never for an infinite one. If it is
  // not over, the conversions below give the time that is left from now on.
  bool Passed();

  // What is left, as the system calls want it. Not for an infinite deadline.
  timespec AsTimespec() const;
  timeval AsTimeval() const;
  int AsMilliseconds() const;

 private:
  static constexpr int64_t kForever = INT64_MAX;
  static constexpr int64_t kImmediate = INT64_MIN;

  Deadline(int64_t end_ns, int64_t remaining_ns) : end_ns_(end_ns), remaining_ns_(remaining_ns) {}

  // By value, so that a deadline that is not one of these can live in registers.
  static Deadline After(absl::Duration timeout);

  int64_t end_ns_;        // on CLOCK_MONOTONIC; kForever; kImmediate
  int64_t remaining_ns_;  // as of the last look at the clock
};

}  // namespace someos::base

#endif  // SOMEOS_BACKENDS_BASE_DEADLINE_H_
