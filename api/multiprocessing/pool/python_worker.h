// The program that a Python interpreter runs as a worker of a pool. Private to this package.

#ifndef SOMEOS_API_MULTIPROCESSING_POOL_PYTHON_WORKER_H_
#define SOMEOS_API_MULTIPROCESSING_POOL_PYTHON_WORKER_H_

#include "absl/strings/string_view.h"

namespace someos::multiprocessing::pool {

// For `python -c`, with the number of a connection's descriptor as its argument: Python 2.7, and
// 3.4 or later. worker_message.h says what it receives and sends.
absl::string_view PythonWorker();

}  // namespace someos::multiprocessing::pool

#endif  // SOMEOS_API_MULTIPROCESSING_POOL_PYTHON_WORKER_H_
