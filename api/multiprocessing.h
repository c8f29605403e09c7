// The facade of multiprocessing: Python's module for programs that talk to Python's processes, or
// to each other, as Python's own processes do. api/multiprocessing/README.md lists the layers,
// whose pages map Python's names to the C++ names.

#ifndef SOMEOS_API_MULTIPROCESSING_H_
#define SOMEOS_API_MULTIPROCESSING_H_

#include "someos/api/multiprocessing/connection.h"     // IWYU pragma: export
#include "someos/api/multiprocessing/pickle.h"         // IWYU pragma: export
#include "someos/api/multiprocessing/queues.h"         // IWYU pragma: export
#include "someos/api/multiprocessing/shared_memory.h"  // IWYU pragma: export
#include "someos/api/multiprocessing/synchronize.h"    // IWYU pragma: export

#endif  // SOMEOS_API_MULTIPROCESSING_H_
