// SharedLock as a mutex of POSIX in the shared memory, robust and process-shared.

#ifndef SOMEOS_BACKENDS_LOCK_ROBUST_ROBUST_LOCK_H_
#define SOMEOS_BACKENDS_LOCK_ROBUST_ROBUST_LOCK_H_

#include "someos/api/multiprocessing/synchronize/shared_lock.h"

namespace someos::multiprocessing {

// Everything of the contract; on FreeBSD the timeouts follow the wall clock. The end of a thread
// that owns the lock counts as the death of an owner. A thread can own about 2000 robust locks at
// a time on Linux; what it owns beyond that is not noticed if it dies.
//
// The lock knows its owner by the thread's number. So processes whose numbers are of different PID
// namespaces, as those of containers, must not share one.
const LockBackend& RobustLockBackend();

}  // namespace someos::multiprocessing

#endif  // SOMEOS_BACKENDS_LOCK_ROBUST_ROBUST_LOCK_H_
