// SharedLock as a lock of a file: flock(2).

#ifndef SOMEOS_BACKENDS_LOCK_FILE_FILE_LOCK_H_
#define SOMEOS_BACKENDS_LOCK_FILE_FILE_LOCK_H_

#include "someos/api/multiprocessing/synchronize/shared_lock.h"

namespace someos::multiprocessing {

// Everything of the contract, on every system, but waits with a timeout poll: no system has a call
// for them. A child that is forked while a thread of its parent owns the lock, or waits for it, has
// that descriptor open as well: if the parent then dies, the lock stays locked until the child has
// ended or executed a program.
//
// An object knows only of what was acquired by itself: a thread that owns the lock by one object
// and acquires it by another one waits for itself.
//
// The file is in TMPDIR if that is an absolute path, or else in /tmp: "someos-lock-" and 16
// hexadecimal digits. A creator that is killed leaves it there, empty. Each Acquire opens the file,
// which takes a descriptor until Release.
const LockBackend& FileLockBackend();

}  // namespace someos::multiprocessing

#endif  // SOMEOS_BACKENDS_LOCK_FILE_FILE_LOCK_H_
