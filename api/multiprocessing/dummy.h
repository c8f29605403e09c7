// The facade of multiprocessing.dummy: the interface of processes on the threads that the build
// links. api/multiprocessing/dummy/README.md maps Python's names to these.

#ifndef SOMEOS_API_MULTIPROCESSING_DUMMY_H_
#define SOMEOS_API_MULTIPROCESSING_DUMMY_H_

#include "someos/api/multiprocessing/dummy/connection.h"    // IWYU pragma: export
#include "someos/api/multiprocessing/dummy/pool.h"          // IWYU pragma: export
#include "someos/api/multiprocessing/dummy/pool_options.h"  // IWYU pragma: export
#include "someos/api/multiprocessing/dummy/process.h"       // IWYU pragma: export
#include "someos/api/multiprocessing/dummy/queue.h"         // IWYU pragma: export
#include "someos/api/multiprocessing/dummy/value.h"         // IWYU pragma: export
#include "someos/api/threading.h"

namespace someos::multiprocessing::dummy {

// Those of threading.
using threading::Barrier;
using threading::BoundedSemaphore;
using threading::Condition;
using threading::Event;
using threading::Lock;
using threading::RLock;
using threading::Semaphore;

// There is nothing to be done by them, as in Python.
inline void FreezeSupport(int /*argc*/, char** /*argv*/) {}
inline void Shutdown() {}

}  // namespace someos::multiprocessing::dummy

#endif  // SOMEOS_API_MULTIPROCESSING_DUMMY_H_
