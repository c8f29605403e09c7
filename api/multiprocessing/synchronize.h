// The facade of locks between processes: Python's, which have names, and
// those of any linked mechanism, in shared memory.
// api/multiprocessing/shared_memory/README.md maps Python's names to the C++ names.

#ifndef SOMEOS_API_MULTIPROCESSING_SYNCHRONIZE_H_
#define SOMEOS_API_MULTIPROCESSING_SYNCHRONIZE_H_

#include "someos/api/multiprocessing/synchronize/barrier.h"       // IWYU pragma: export
#include "someos/api/multiprocessing/synchronize/condition.h"     // IWYU pragma: export
#include "someos/api/multiprocessing/synchronize/event.h"         // IWYU pragma: export
#include "someos/api/multiprocessing/synchronize/sem_lock.h"      // IWYU pragma: export
#include "someos/api/multiprocessing/synchronize/shared_lock.h"   // IWYU pragma: export
#include "someos/api/multiprocessing/synchronize/shared_locks.h"  // IWYU pragma: export
#include "someos/api/multiprocessing/synchronize/synchronize.h"   // IWYU pragma: export

#endif  // SOMEOS_API_MULTIPROCESSING_SYNCHRONIZE_H_
