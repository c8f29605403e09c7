// The facade of multiprocessing: Python's module for programs that talk to Python's processes, or
// to each other, as Python's own processes do. api/multiprocessing/README.md maps Python's names to
// the C++ names.

#ifndef SOMEOS_API_MULTIPROCESSING_H_
#define SOMEOS_API_MULTIPROCESSING_H_

// Values and their pickles.
#include "someos/api/multiprocessing/pickle.h"
#include "someos/api/multiprocessing/py_value.h"
#include "someos/api/multiprocessing/unpickle.h"

// Connections.
#include "someos/api/multiprocessing/address.h"
#include "someos/api/multiprocessing/client.h"
#include "someos/api/multiprocessing/connection.h"
#include "someos/api/multiprocessing/current_process.h"
#include "someos/api/multiprocessing/errors.h"
#include "someos/api/multiprocessing/listener.h"
#include "someos/api/multiprocessing/pending_handshake.h"
#include "someos/api/multiprocessing/pipe.h"
#include "someos/api/multiprocessing/wait.h"

// Shared memory, and locks in it.
#include "someos/api/multiprocessing/shareable_list.h"
#include "someos/api/multiprocessing/shared_lock.h"
#include "someos/api/multiprocessing/shared_locks.h"
#include "someos/api/multiprocessing/shared_memory.h"

// Python's locks.
#include "someos/api/multiprocessing/barrier.h"
#include "someos/api/multiprocessing/condition.h"
#include "someos/api/multiprocessing/event.h"
#include "someos/api/multiprocessing/sem_lock.h"
#include "someos/api/multiprocessing/synchronize.h"

#endif  // SOMEOS_API_MULTIPROCESSING_H_
