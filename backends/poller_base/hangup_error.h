// Detects errors that poll(2) reports only as a hang-up.

#ifndef SOMEOS_BACKENDS_POLLER_BASE_HANGUP_ERROR_H_
#define SOMEOS_BACKENDS_POLLER_BASE_HANGUP_ERROR_H_

#include "someos/api/event.h"
#include "someos/api/interest.h"

namespace someos::poller_base {

// Whether a hang-up that poll(2) reports for `fd` is an error in the sense of Readiness: a
// connection that was reset or refused, or, if the interest contains kWritable, a pipe without
// readers. Does not consume a pending error: the next call on the socket still returns it, on the
// BSDs at least. Preserves errno.
bool HangupIsError(int fd, Interest interest);

// Adds kError to `found` where poll(2) does not report it: on the BSDs and macOS, which have no
// POLLERR for sockets and pipes and report all of these as a hang-up. On Linux it returns `found`
// unchanged, because its poll(2) reports errors.
inline Readiness WithErrorOfHangup(int fd, Interest interest, Readiness found) {
#ifdef __linux__
  constexpr bool kPollReportsErrors = true;
#else
  constexpr bool kPollReportsErrors = false;
#endif
  if (kPollReportsErrors || !HasAny(found, Readiness::kHangup)) return found;
  return HangupIsError(fd, interest) ? found | Readiness::kError : found;
}

}  // namespace someos::poller_base

#endif  // SOMEOS_BACKENDS_POLLER_BASE_HANGUP_ERROR_H_
