// Failures that pass.

#ifndef SOMEOS_BACKENDS_POLLER_BASE_SHORTAGE_H_
#define SOMEOS_BACKENDS_POLLER_BASE_SHORTAGE_H_

#include <cerrno>

namespace someos::poller_base {

// Whether a call that opens a file has failed with `error` because descriptors or memory have run
// out: not what it asks for is refused, and it may succeed later.
inline bool IsShortage(int error) { return error == EMFILE || error == ENFILE || error == ENOMEM; }

}  // namespace someos::poller_base

#endif  // SOMEOS_BACKENDS_POLLER_BASE_SHORTAGE_H_
