// Waits for what the system can only be asked for.

#ifndef SOMEOS_BACKENDS_LOCK_BASE_POLLING_H_
#define SOMEOS_BACKENDS_LOCK_BASE_POLLING_H_

#include <cerrno>

#include "absl/functional/function_ref.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "someos/backends/base/deadline.h"

namespace someos::lock_base {

// Calls `attempt` until it returns something else than EBUSY, with sleeps between that grow from 50
// microseconds to 10 milliseconds; ETIMEDOUT if the deadline passes before. Returns 0 or an errno.
inline int PollUntil(base::Deadline& deadline, absl::FunctionRef<int()> attempt) {
  absl::Duration nap = absl::Microseconds(50);
  while (true) {
    const int error = attempt();
    if (error != EBUSY) return error;
    if (deadline.Passed()) return deadline.clock_error() != 0 ? deadline.clock_error() : ETIMEDOUT;
    const absl::Duration rest = deadline.infinite()
                                    ? absl::InfiniteDuration()
                                    : absl::DurationFromTimespec(deadline.AsTimespec());
    absl::SleepFor(nap < rest ? nap : rest);
    nap = nap * 2 < absl::Milliseconds(10) ? nap * 2 : absl::Milliseconds(10);
  }
}

}  // namespace someos::lock_base

#endif  // SOMEOS_BACKENDS_LOCK_BASE_POLLING_H_
