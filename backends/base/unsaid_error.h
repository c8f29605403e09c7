// What poll(2) leaves unsaid about a hangup.

#ifndef SOMEOS_BACKENDS_BASE_UNSAID_ERROR_H_
#define SOMEOS_BACKENDS_BASE_UNSAID_ERROR_H_

#include "someos/api/event.h"
#include "someos/api/interest.h"

namespace someos::base {

// Whether a hangup that poll(2) reports of `fd` is an error in the sense of Readiness: a connection
// that was reset or refused, or, for who wants to write, a pipe that nobody reads any more. Takes
// no error away: the next call on the socket still gets it, as far as the BSDs' go. Keeps errno.
bool HangupIsError(int fd, Interest interest);

// `found` with the kError that poll(2) does not report on the BSDs and macOS, which know no POLLERR
// for sockets and pipes and call all of that a hangup. Linux's does: there it is `found` itself.
inline Readiness WithUnsaidError(int fd, Interest interest, Readiness found) {
#ifdef __linux__
  constexpr bool kSaidByPoll = true;
#else
  constexpr bool kSaidByPoll = false;
#endif
  if (kSaidByPoll || !HasAny(found, Readiness::kHangup)) return found;
  return HangupIsError(fd, interest) ? found | Readiness::kError : found;
}

}  // namespace someos::base

#endif  // SOMEOS_BACKENDS_BASE_UNSAID_ERROR_H_
