// The functions that the worker runs for Python.

#ifndef SOMEOS_TOOLS_WORKER_FUNCTIONS_H_
#define SOMEOS_TOOLS_WORKER_FUNCTIONS_H_

#include "someos/api/multiprocessing/python_worker.h"

namespace someos::worker {

// Those of kernels.py, with the same names, arguments and results.
multiprocessing::NamedFunctions KernelFunctions();

}  // namespace someos::worker

#endif  // SOMEOS_TOOLS_WORKER_FUNCTIONS_H_
