// SharedLock as a semaphore of POSIX with a name, whose value is 1 while it is released.

#ifndef SOMEOS_BACKENDS_LOCK_SEMAPHORE_SEMAPHORE_LOCK_H_
#define SOMEOS_BACKENDS_LOCK_SEMAPHORE_SEMAPHORE_LOCK_H_

#include "someos/api/multiprocessing/synchronize/shared_lock.h"

namespace someos::multiprocessing {

// The contract without owners: any thread of any process may release, and a lock whose last owner
// has died stays locked. Timeouts follow the wall clock on the BSDs but FreeBSD, and in C libraries
// before glibc 2.30; on macOS waits with a timeout poll. On macOS, which does not tell the value of
// a semaphore, Release of a lock that is not locked is found out by taking it.
//
// A creator that is killed leaves the name.
const LockBackend& SemaphoreLockBackend();

}  // namespace someos::multiprocessing

#endif  // SOMEOS_BACKENDS_LOCK_SEMAPHORE_SEMAPHORE_LOCK_H_
