// A C++ program as a worker of Python's Pool and ProcessPoolExecutor.
// api/multiprocessing/python_worker/README.md shows both sides.

#ifndef SOMEOS_API_MULTIPROCESSING_PYTHON_WORKER_H_
#define SOMEOS_API_MULTIPROCESSING_PYTHON_WORKER_H_

#include "someos/api/multiprocessing/functions/named_functions.h"
#include "someos/api/multiprocessing/python_worker/python_worker.h"

// Of functions.
#include "someos/api/multiprocessing/managers/arguments.h"
#include "someos/api/multiprocessing/managers/python_exception.h"
#include "someos/api/multiprocessing/value/py_value.h"

#endif  // SOMEOS_API_MULTIPROCESSING_PYTHON_WORKER_H_
