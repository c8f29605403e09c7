// The deadline of a wait, with conversions to the timeouts of the system calls.

#ifndef SOMEOS_BACKENDS_BASE_DEADLINE_H_
#define SOMEOS_BACKENDS_BASE_DEADLINE_H_

#include <sys/time.h>
#include <time.h>

#include <cstdint>

#include "absl/time/time.h"
#include "someos/backends/base/linked_threads.h"

namespace someos::base {

// A point in time on CLOCK_MONOTONIC at which a wait times out: no earlier and no later.
//
//   Deadline deadline(timeout);
//   do {
//     n = ppoll(fds, count, deadline.infinite() ? nullptr : &deadline.AsTimespec(), nullptr);
//   } while (n == 0 && !deadline.Passed());
//
// Conversions round up, so that no wait ends early, and never exceed kLongestWaitSeconds, because
// kernels have different limits (macOS's kevent: EINVAL; INT_MAX milliseconds; 32-bit seconds). If
// a system call times out because of that limit, Passed() is false and the caller waits again.
//
// If the clock cannot be read, which a sandbox may be the reason for, clock_error() tells, and
// Passed() is true. Callers report that as an error, since they cannot keep the time.
//
// The clock is read only for a timeout that is neither zero nor infinite: once at construction (or
// later, see NotStarted) and once per call of Passed().
class Deadline {
 public:
  // About eleven days; every system call on every system accepts it.
  static constexpr int64_t kLongestWaitSeconds = 1'000'000;

  // Zero or less: does not block. InfiniteDuration, or beyond the 292 years of the clock: blocks
  // forever.
  explicit Deadline(absl::Duration timeout) : Deadline(NotStarted(timeout)) { Start(); }

  // The same, but the time begins with the first call of Start or Passed: for a wait that looks
  // before it blocks, and needs no clock if it finds something. Until then the conversions below
  // return the whole time.
  static Deadline NotStarted(absl::Duration timeout) {
    if (timeout == absl::InfiniteDuration()) return Deadline(kForever, kForever);
    if (timeout <= absl::ZeroDuration()) return Deadline(kImmediate, 0);
    return OfTimeout(timeout);
  }
  // Begins the time, unless it has begun. Then clock_error() tells whether the clock can be read.
  void Start() {
    if (end_ns_ == kNotStarted) *this = Started();
  }

  bool infinite() const { return remaining_ns_ == kForever; }
  // Made with a timeout of zero or less.
  bool immediate() const { return end_ns_ == kImmediate; }

  // The errno of clock_gettime(2) if it has failed, otherwise 0.
  int clock_error() const { return end_ns_ == kNoClock ? static_cast<int>(remaining_ns_) : 0; }

  // Whether the deadline has passed: always for an immediate one, never for an infinite one. If it
  // has not, the conversions below return the time that remains as of this call.
  bool Passed();

  // The remaining time in the types that the system calls take. Not for an infinite deadline.
  timespec AsTimespec() const;
  timeval AsTimeval() const;
  int AsMilliseconds() const;
  // Rounded down, unlike the others: less than the remaining time, or 0.
  int AsWholeMilliseconds() const;

  // The deadline itself, for system calls that take a point in time on CLOCK_MONOTONIC; no later
  // than kLongestWaitSeconds after the last reading of the clock. Not for an infinite or an
  // immediate deadline, and not before Start.
  timespec AsPointInTime() const;

 private:
  static constexpr int64_t kForever = INT64_MAX;
  static constexpr int64_t kImmediate = INT64_MIN;
  static constexpr int64_t kNoClock = INT64_MIN + 1;     // the errno is in remaining_ns_
  static constexpr int64_t kNotStarted = INT64_MIN + 2;  // the timeout is in remaining_ns_

  Deadline(int64_t end_ns, int64_t remaining_ns) : end_ns_(end_ns), remaining_ns_(remaining_ns) {}

  // Return by value, so that a deadline without a clock can stay in registers.
  static Deadline OfTimeout(absl::Duration timeout);
  Deadline Started() const;

  int64_t end_ns_;        // on CLOCK_MONOTONIC, or one of the constants
  int64_t remaining_ns_;  // as of the last reading of the clock
};

#if SOMEOS_LINKS_THREAD_STEPPED
// The clock of the calling thread, in nanoseconds, for deadlines that begin from now on: that of
// the schedule that runs it (//backends/thread_stepped); nullptr for CLOCK_MONOTONIC.
const int64_t*& ClockOfThread();
#endif

}  // namespace someos::base

#endif  // SOMEOS_BACKENDS_BASE_DEADLINE_H_
