// How long one call of pselect(2) or ppoll(2) is to wait.

#ifndef SOMEOS_BACKENDS_BASE_RESTARTED_WAIT_H_
#define SOMEOS_BACKENDS_BASE_RESTARTED_WAIT_H_

#include <time.h>

#include <algorithm>
#include <cstdint>

#include "someos/backends/base/deadline.h"

namespace someos::base {

// If the process is stopped and continued (SIGSTOP, SIGCONT) during such a call, Linux restarts the
// call with the time that was left at the stop (findings/linux_stopped_waits.sh), and nobody
// is told. So a long wait is made of several calls, and the caller looks at the clock between them.
// Each waits for an eighth of what is left, but for no less than a tenth of a second: a stop
// lengthens the wait by no more than that. (An hour takes some seventy calls, a second takes nine,
// a tenth of a second one.)
//
// Not for an infinite deadline, which a stop cannot lengthen. On other systems, the time that is
// left.
inline timespec TimeoutOfOneCall(const Deadline& deadline) {
  timespec timeout = deadline.AsTimespec();
#ifdef __linux__
  constexpr int64_t kNanosPerSecond = 1'000'000'000;
  const int64_t left = timeout.tv_sec * kNanosPerSecond + timeout.tv_nsec;
  const int64_t once = std::min(left, std::max(left / 8, kNanosPerSecond / 10));
  timeout.tv_sec = static_cast<time_t>(once / kNanosPerSecond);
  timeout.tv_nsec = static_cast<decltype(timeout.tv_nsec)>(once % kNanosPerSecond);
#endif
  return timeout;
}

}  // namespace someos::base

#endif  // SOMEOS_BACKENDS_BASE_RESTARTED_WAIT_H_
