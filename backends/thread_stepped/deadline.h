// Deadlines on the clock of a schedule or, outside of schedules, on the system's.

#ifndef SOMEOS_BACKENDS_THREAD_STEPPED_DEADLINE_H_
#define SOMEOS_BACKENDS_THREAD_STEPPED_DEADLINE_H_

#include <cstdint>

#include "absl/time/time.h"
#include "someos/backends/base/deadline.h"
#include "someos/backends/thread_stepped/member.h"
#include "someos/backends/thread_stepped/schedule.h"

namespace someos::thread_stepped {

// As base::Deadline. Of the thread that makes it: not to be used by others.
class Deadline {
 public:
  explicit Deadline(absl::Duration timeout) : Deadline(base::Deadline(timeout), timeout) {}
  static Deadline NotStarted(absl::Duration timeout) {
    return Deadline(base::Deadline::NotStarted(timeout), timeout);
  }
  // In a schedule the time begins when the deadline is made.
  void Start() { real_.Start(); }

  bool infinite() const { return real_.infinite(); }
  bool immediate() const { return real_.immediate(); }
  int clock_error() const { return real_.clock_error(); }
  bool Passed() {
    const Member* const member = Schedule::Current();
    return member != nullptr ? stepped_ns_ <= member->schedule.clock().now() : real_.Passed();
  }

  // On the schedule's clock; Member::kNever if infinite.
  int64_t stepped_ns() const { return stepped_ns_; }
  base::Deadline& real() { return real_; }

 private:
  Deadline(base::Deadline real, absl::Duration timeout)
      : real_(real), stepped_ns_(SteppedNs(timeout)) {}

  static int64_t SteppedNs(absl::Duration timeout) {
    const Member* const member = Schedule::Current();
    return member != nullptr ? member->schedule.clock().After(timeout) : Member::kNever;
  }

  base::Deadline real_;
  int64_t stepped_ns_;
};

}  // namespace someos::thread_stepped

#endif  // SOMEOS_BACKENDS_THREAD_STEPPED_DEADLINE_H_
