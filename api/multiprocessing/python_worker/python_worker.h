// This program as a worker of Python's multiprocessing.Pool and
// concurrent.futures.ProcessPoolExecutor.

#ifndef SOMEOS_API_MULTIPROCESSING_PYTHON_WORKER_PYTHON_WORKER_H_
#define SOMEOS_API_MULTIPROCESSING_PYTHON_WORKER_PYTHON_WORKER_H_

#include <optional>
#include <string>

#include "someos/api/multiprocessing/functions/named_functions.h"

namespace someos::multiprocessing {

struct PythonWorkerOptions {
  // The path of the interpreter that takes over where Python starts one of its own servers by this
  // program: its resource tracker (semaphore tracker before 3.8) or its fork server. Empty: the
  // program of the parent process, where the system has /proc/PID/exe and its name begins with
  // "python" or "pypy". The environment variable SOMEOS_PYTHON takes precedence.
  std::string python;
};

// Serves Python, if Python's multiprocessing has started this program, and returns what main is to
// return then: 0 if all is well, 1 after it has printed to standard error what is not. nullopt, at
// once, if anybody else has started it. To be called first in main:
//
//   int main(int argc, char** argv) {
//     NamedFunctions functions;
//     functions.Register("kernels.square", Square);
//     if (std::optional<int> code = RunAsPythonWorker(argc, argv, functions)) return *code;
//     ...
//
// Python starts it after multiprocessing.get_context("spawn").set_executable(PATH). Versions 3.6 to
// 3.14 for Pool, 3.7 to 3.14 for ProcessPoolExecutor; others are refused by a sentence on standard
// error and exit code 1, which the executor raises as BrokenProcessPool. A plain
// multiprocessing.Process runs a registered function, too.
//
// A task whose function is not registered, or fails, or whose arguments are wrong, fails in Python
// with that exception; nothing of what Python sends is executed. The worker ends when Python has no
// more work, and when it ends or dies. See api/multiprocessing/python_worker/README.md for what
// differs from a worker in Python.
//
// Sets CurrentProcess().authkey() to Python's. Functions run in the calling thread, one at a time.
std::optional<int> RunAsPythonWorker(int argc, const char* const* argv,
                                     const NamedFunctions& functions,
                                     const PythonWorkerOptions& options = {});

}  // namespace someos::multiprocessing

#endif  // SOMEOS_API_MULTIPROCESSING_PYTHON_WORKER_PYTHON_WORKER_H_
