// What poll(2) leaves unsaid about a hangup.

#ifndef SOMEOS_BACKENDS_POLLER_BASE_HANGUP_ERROR_H_
#define SOMEOS_BACKENDS_POLLER_BASE_HANGUP_ERROR_H_

#include "someos/api/event.h"
#include "someos/api/interest.h"

namespace someos::poller_base {

// Whether a hangup that poll(2) reports of `fd` is an error in the sense of Readiness: a connection
// that was reset or refused, or, for who wants to write, a pipe that nobody reads any more. Takes
// no error away: the next call on the socket still gets it, as far as the BSDs' go. Keeps errno.
bool HangupIsError(int fd, Interest interest);

// `found` with the kError that poll(2) does not report on the BSDs and macOS, which know no POLLERR
// for sockets and pipes and call all of that a hangup. Linux's does: there it is `found` itself.
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
